"""The name of each image, beside the ``.beton`` files: for people alone, so no part of what the data are."""

import os
from collections.abc import Sequence
from pathlib import Path

from pipelines.split import Split


def write_image_names(folder: Path, split: Split, names: Sequence[str]) -> None:
    """Writes a line for each image of a split, in the order of its file.

    Args:
        folder: of the prepared data.
        split: the name of the split.
        names: of the images.
    """
    lines = "".join(name.replace("\n", " ") + "\n" for name in names)
    _path(folder, split).write_bytes(os.fsencode(lines))


def read_image_names(folder: Path, split: Split, images: int) -> tuple[str, ...] | None:
    """Returns the name of each image of a split, in the order of its file; None: they are not known.

    An earlier version kept none, and a copy of data in an object store has none.

    Args:
        folder: of the prepared data.
        split: the name of the split.
        images: the number of images of the split.
    """
    path = _path(folder, split)
    if not path.is_file():
        return None
    names = path.read_bytes().decode(errors="replace").split("\n")[:-1]
    return tuple(map(_printable, names)) if len(names) == images else None


def _printable(name: str) -> str:
    """Replaces control characters, which would change what a terminal shows."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in name)


def _path(folder: Path, split: Split) -> Path:
    return folder / f"{split}-names.txt"
