"""A share of every class is split off."""

from collections import Counter

from pipelines.datasets.images import (
    LabelledImage,
)
from pipelines.datasets.splits import split_off


def test_split_off_takes_the_share_of_every_class() -> None:
    images = [LabelledImage(where=str(index), label=index % 3) for index in range(300)]
    rest, part = split_off(images, 0.15, seed=0)
    assert Counter(image.label for image in part) == {0: 15, 1: 15, 2: 15}
    assert sorted((*rest, *part), key=lambda image: int(image.where)) == images


def test_split_off_leaves_every_class_something() -> None:
    images = [LabelledImage(where="a", label=0), LabelledImage(where="b", label=1)]
    rest, part = split_off(images, 0.9, seed=0)
    assert len(rest) == 2
    assert not part
