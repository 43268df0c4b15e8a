"""Classes without an image in a split: accuracies do not cover them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.split import SPLITS, Split
from pipelines.storage.manifest import class_counts, read_manifest

SEARCHED: tuple[Split, ...] = ("train", "val")  # what a search looks at


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingClasses:
    """The classes that have no image in a split; ``classes`` is the number of all classes."""

    split: Split
    names: tuple[str, ...]
    classes: int


def class_coverage(folder: Path, splits: Sequence[Split] = SPLITS) -> tuple[MissingClasses, ...]:
    """Returns the classes without an image, for each split that lacks some, in the order of ``splits``.

    Args:
        folder: of the prepared data.
        splits: the splits to look at.

    Raises:
        DataError: the data are missing or damaged.
    """
    manifest = read_manifest(folder)
    return missing_classes(manifest.classes, {split: class_counts(folder, manifest, split) for split in splits})


def missing_classes(classes: Sequence[str], counts: Mapping[Split, Sequence[int]]) -> tuple[MissingClasses, ...]:
    """Returns the classes without an image, for each split that lacks some, in the order of ``counts``.

    Args:
        classes: the names of all classes, by label.
        counts: the number of images of each class, by split and label.
    """
    absent = {
        split: tuple(name for name, count in zip(classes, of_split, strict=True) if not count)
        for split, of_split in counts.items()
    }
    return tuple(
        MissingClasses(split=split, names=names, classes=len(classes)) for split, names in absent.items() if names
    )
