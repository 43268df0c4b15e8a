"""Images that are there twice, or nearly, where they should not be: in two splits, or in two classes."""

from collections.abc import Hashable, Mapping, Sequence
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
    """Two images with the same or nearly the same pixels once they are stored, ``one`` before ``other``.

    Attributes:
        one, other: the images.
        nearly: whether their pixels differ, and the images are nearly equal.
    """

    one: Placed
    other: Placed
    nearly: bool = False

    @property
    def in_two_splits(self) -> bool:
        """Whether the images are in two splits, so that scores may come from images learnt by heart."""
        return self.one.split != self.other.split

    @property
    def in_two_classes(self) -> bool:
        """Whether the images are in two classes, so that no network can be right about both."""
        return self.one.label != self.other.label


def duplicates(
    splits: Mapping[Split, Sequence[LabelledImage]],
    digests: Mapping[Split, Sequence[bytes]],
    near: Mapping[Split, Sequence[int | None]],
) -> list[Duplicate]:
    """Returns every image that equals an earlier one in another split or class, or nearly equals one in another split.

    Args:
        splits: the images of all three splits.
        digests: of the stored pixels of each image of ``splits``, in the same order.
        near: a number for each image that all images nearly equal to it have; None: there is none.
    """
    equal = _alike(splits, digests, nearly=False)
    known = {(pair.other.where, pair.one.split) for pair in equal}
    nearly = [pair for pair in _alike(splits, near, nearly=True) if (pair.other.where, pair.one.split) not in known]
    return equal + nearly


def _alike(
    splits: Mapping[Split, Sequence[LabelledImage]], keys: Mapping[Split, Sequence[Hashable | None]], *, nearly: bool
) -> list[Duplicate]:
    """Returns every image that has the key of an earlier one in another split, or, if they are equal, another class."""
    found: list[Duplicate] = []
    seen: dict[Hashable, dict[tuple[Split, int | None], Placed]] = {}  # by key, then the first in each place
    for split in SPLITS:
        for key, image in zip(keys[split], splits[split], strict=True):
            if key is None:
                continue
            placed = Placed(where=image.where, split=split, label=image.label)
            place = (split, None if nearly else image.label)
            alike = seen.setdefault(key, {})
            found += [Duplicate(one=one, other=placed, nearly=nearly) for at, one in alike.items() if at != place]
            alike.setdefault(place, placed)
    return found
