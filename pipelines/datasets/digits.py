"""Handwritten digits: 1,797 real 8x8 scans of ten classes that come with scikit-learn, so nothing is downloaded.

Alpaydin and Kaynak, "Optical Recognition of Handwritten Digits", UCI, 1998, https://doi.org/10.24432/C50P49
"""

import numpy as np

from pipelines.datasets.images import Drawing, ImageDataset, LabelledImage
from pipelines.datasets.splits import TEST_SHARE, VAL_SHARE, drawn_dataset


def digits(seed: int = 0) -> ImageDataset:
    """Opens the digits; ``seed`` draws stratified validation and test splits."""
    from sklearn.datasets import load_digits

    scans, labels = load_digits(return_X_y=True)
    grey = np.round(scans.reshape(-1, 8, 8) * (255 / 16)).astype(np.uint8)  # scans are 0..16
    images = tuple(
        LabelledImage(where=f"digits[{index}]", label=int(label), pixels=np.repeat(scan[:, :, None], 3, axis=2))
        for index, (scan, label) in enumerate(zip(grey, labels, strict=True))
    )
    return drawn_dataset(
        "digits",
        [str(digit) for digit in range(10)],
        Drawing(pool=images, shares={"test": TEST_SHARE, "val": VAL_SHARE}, seed=seed),
        {},
        made=f"stratified: {TEST_SHARE:.0%} test, then {VAL_SHARE:.0%} of the rest val, seed {seed}",
        image_size=32,
    )
