"""scikit-learn's digits."""

import numpy as np

from pipelines.datasets import digits


def test_digits_are_scikit_learns() -> None:
    dataset = digits()
    assert dataset.classes == tuple("0123456789")
    assert sum(len(images) for images in dataset.splits.values()) == 1797
    pixels = np.stack([image.pixels for image in dataset.splits["train"] if image.pixels is not None])
    assert pixels.shape == (1300, 8, 8, 3)
    assert dataset.image_size == 32
    assert (pixels.min(), pixels.max()) == (0, 255)  # 0 and 16 in the original


def test_digits_split_the_same_way_again_and_overlap_nowhere() -> None:
    def names(seed: int) -> list[set[str]]:
        return [{image.where for image in images} for images in digits(seed).splits.values()]

    assert names(0) == names(0)
    assert names(0) != names(1)
    train, val, test = names(0)
    assert not train & val
    assert not train & test
    assert not val & test
