"""Files and folders that are whole or absent, whatever happens while they are written."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Gives a path beside ``path`` to write to; at the end that file is on the disk under ``path``.

    On an error the file is removed, and the file at ``path`` is untouched.
    """
    partial = _beside(path)
    try:
        yield partial
        _sync(partial)
        partial.replace(path)
        _sync(path.parent)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def atomic_dir(path: Path) -> Iterator[Path]:
    """Gives a new folder beside ``path`` to fill; at the end the folder is renamed to ``path``.

    On an error the folder is removed.

    Raises:
        OSError: at the end, if ``path`` exists by then and is not an empty folder.
    """
    partial = _beside(path)
    partial.mkdir(parents=True)
    try:
        yield partial
        for file in (*partial.rglob("*"), partial):
            _sync(file)
        partial.rename(path)
        _sync(path.parent)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def partial_files(folder: Path) -> list[Path]:
    """Returns the unfinished files that killed processes have left in ``folder``."""
    return list(folder.glob(".*.partial-*"))


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.stem}.partial-{uuid4().hex[:8]}{path.suffix}")  # libraries go by the ending


def _sync(path: Path) -> None:
    """Survives a power cut: a rename alone may reach the disk before the content does."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
