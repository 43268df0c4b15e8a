"""A folder for the files out of archives and tables, removed at the end.

Its files are called by numbers: no name in an archive is ever a path on this machine, so none leads out of the folder.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pipelines.errors import DataError
from pipelines.reserving import reserved


class NoPlaceToUnpackError(DataError):
    """Images are in an archive or a table, and there is no folder to write them to."""


class NoRoomToUnpackError(DataError):
    """There is too little room for the files of an archive or table.

    Attributes:
        needs, free: bytes.
    """

    def __init__(self, where: str, folder: Path, *, needs: int, free: int) -> None:
        what = f"unpacking to {folder} needs {needs:,} bytes, {free:,} are free"
        super().__init__(what, where=where, remedy="make room there")
        self.needs = needs
        self.free = free


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacking:
    """Files that are about to be written to a folder, and removed at the end.

    Attributes:
        where: the archive or table that they are in.
        folder: that they are written to.
        size: bytes of all of them.
    """

    where: str
    folder: Path
    size: int


@dataclass(frozen=True, slots=True)
class Scratch:
    """A folder for files out of archives and tables, made when the first are written.

    Attributes:
        folder: that is going to be removed; None: there is none.
        on_unpack: called before the files of an archive or table are written.
    """

    folder: Path | None = None
    on_unpack: Callable[[Unpacking], None] = lambda unpacking: None

    def begin(self, where: str, size: int) -> Path:
        """Returns a new folder for the files of one archive or table.

        Args:
            where: the archive or table.
            size: bytes of its files.

        Raises:
            NoPlaceToUnpackError: there is no folder.
            NoRoomToUnpackError: the disk has too little room.
        """
        if self.folder is None:
            raise NoPlaceToUnpackError("no folder to unpack to", where=where, remedy="unpack it first")
        self.folder.mkdir(parents=True, exist_ok=True)
        if (free := shutil.disk_usage(self.folder).free) < size:
            raise NoRoomToUnpackError(where, self.folder, needs=size, free=free)
        self.on_unpack(Unpacking(where=where, folder=self.folder, size=size))
        inner = self.folder / str(sum(1 for _ in self.folder.iterdir()))
        inner.mkdir()
        return inner


def write_as(path: Path, content: IO[bytes], like: Path) -> Path:
    """Writes a file with the time of another: a file written again from the same archive counts as the same.

    Args:
        path: to write.
        content: to read to its end.
        like: the archive or table that the content is from.

    Returns:
        ``path``.
    """
    with path.open("xb") as file:
        shutil.copyfileobj(content, file)
    time = like.stat().st_mtime_ns
    os.utime(path, ns=(time, time))
    return path


@contextmanager
def scratch_beside(out: Path, on_unpack: Callable[[Unpacking], None] = lambda unpacking: None) -> Iterator[Scratch]:
    """Gives a folder beside ``out``, which is removed at the end, whatever happens.

    Args:
        out: the folder that is going to be written.
        on_unpack: called before the files of an archive or table are written.

    Raises:
        BusyError: another process prepares ``out``.
    """
    folder = out.with_name(f".{out.name}.unpacked")
    with reserved(out, "unpacking"):
        shutil.rmtree(folder, ignore_errors=True)  # what a killed process has left
        try:
            yield Scratch(folder, on_unpack)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
