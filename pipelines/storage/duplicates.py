"""Images that are in two splits: what was learnt by heart is no evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from pipelines.datasets.images import LabelledImage
from pipelines.split import SPLITS, Split


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """One image in two splits, with the same pixels once it is stored."""

    one: str
    one_split: Split
    other: str
    other_split: Split

    def __str__(self) -> str:
        return f"{self.one} ({self.one_split}) = {self.other} ({self.other_split})"


def duplicates(
    splits: Mapping[Split, Sequence[LabelledImage]], digests: Mapping[Split, Sequence[bytes]]
) -> list[Duplicate]:
    """Every image of a later split that an earlier one holds too, by the digests of their pixels."""
    found = []
    for earlier, later in combinations(SPLITS, 2):
        where = dict(zip(digests[earlier], splits[earlier], strict=True))
        found += [
            Duplicate(one=where[digest].where, one_split=earlier, other=image.where, other_split=later)
            for digest, image in zip(digests[later], splits[later], strict=True)
            if digest in where
        ]
    return found
