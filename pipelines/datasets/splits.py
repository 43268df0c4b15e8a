"""Splits that are made where a data set has none of its own."""

from collections import defaultdict
from collections.abc import Sequence
from random import Random

from pipelines.datasets.images import LabelledImage

VAL_SHARE = 0.15
TEST_SHARE = 0.15


def split_off(
    images: Sequence[LabelledImage], share: float, seed: int
) -> tuple[tuple[LabelledImage, ...], tuple[LabelledImage, ...]]:
    """Splits ``images`` into (rest, part), the part holding ``share`` of every class, rounded.

    A class keeps at least one image in the rest. Both keep the order of ``images``; the same seed always
    gives the same split.
    """
    by_class: defaultdict[int, list[int]] = defaultdict(list)
    for index, image in enumerate(images):
        by_class[image.label].append(index)
    rng = Random(seed)
    part: set[int] = set()
    for label in sorted(by_class):
        members = by_class[label]
        part.update(rng.sample(members, min(round(len(members) * share), len(members) - 1)))
    rest = tuple(image for index, image in enumerate(images) if index not in part)
    return rest, tuple(images[index] for index in sorted(part))
