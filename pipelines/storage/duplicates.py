"""Images that are there twice where they should not be: in two splits, or in two classes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.datasets.images import LabelledImage
from pipelines.split import SPLITS, Split


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An image in a split, under a label."""

    where: str
    split: Split
    label: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """Two images with the same pixels once they are stored, ``one`` before ``other``."""

    one: Placed
    other: Placed

    @property
    def in_two_splits(self) -> bool:
        """Whether the images are in two splits, so that scores may come from images learnt by heart."""
        return self.one.split != self.other.split

    @property
    def in_two_classes(self) -> bool:
        """Whether the images are in two classes, so that no network can be right about both."""
        return self.one.label != self.other.label


def duplicates(
    splits: Mapping[Split, Sequence[LabelledImage]], digests: Mapping[Split, Sequence[bytes]]
) -> list[Duplicate]:
    """Returns every image that has the pixels of an earlier one in another split or class.

    Args:
        splits: the images of all three splits.
        digests: of the stored pixels of each image of ``splits``, in the same order.
    """
    found: list[Duplicate] = []
    seen: dict[bytes, dict[tuple[Split, int], Placed]] = {}  # by pixels, then the first in each split and class
    for split in SPLITS:
        for digest, image in zip(digests[split], splits[split], strict=True):
            placed = Placed(where=image.where, split=split, label=image.label)
            alike = seen.setdefault(digest, {})
            found += [Duplicate(one=one, other=placed) for at, one in alike.items() if at != (split, image.label)]
            alike.setdefault((split, image.label), placed)
    return found
