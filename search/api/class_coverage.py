"""Classes that have no image in a split: accuracies say nothing of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.split import SPLITS, Split
from pipelines.storage.manifest import absent_classes, read_manifest

SEARCHED: tuple[Split, ...] = ("train", "val")  # what a search looks at


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingClasses:
    """The classes, of so many, that have no image in a split."""

    split: Split
    names: tuple[str, ...]
    classes: int


def class_coverage(folder: Path, splits: Sequence[Split] = SPLITS) -> tuple[MissingClasses, ...]:
    """What is missing in which of ``splits`` of the prepared data in ``folder``."""
    manifest = read_manifest(folder)
    absent = {split: absent_classes(folder, manifest, split) for split in splits}
    return tuple(
        MissingClasses(split=split, names=tuple(names), classes=len(manifest.classes))
        for split, names in absent.items()
        if names
    )
