"""Tells of classes that have no image in a split: accuracies say nothing of them."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from pipelines.split import SPLITS, Split
from search.cli.console import console, say

SEARCHED: tuple[Split, ...] = ("train", "val")  # what a search looks at
_NAMED = 5


def say_absent(folder: Path, splits: Sequence[Split] = SPLITS, on: Console = console) -> None:
    """Names the classes of the prepared data in ``folder`` that have no image in one of ``splits``."""
    from pipelines.storage.manifest import absent_classes, read_manifest

    manifest = read_manifest(folder)
    for split in splits:
        absent = absent_classes(folder, manifest, split)
        if absent:
            named = ", ".join(absent[:_NAMED]) + (", ..." if len(absent) > _NAMED else "")
            so = "no network can learn them" if split == "train" else f"{split} accuracy is that of the others alone"
            have = "has" if len(absent) == 1 else "have"
            say(f"{len(absent)} of {len(manifest.classes)} classes {have} no {split} image ({named}): {so}", on)
