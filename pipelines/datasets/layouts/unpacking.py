"""Archives of images, read as the folders that were packed."""

import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import IO

from pipelines.datasets.layouts.scratch import Scratch, write_as
from pipelines.datasets.layouts.tree import SourceFile, SourceTree, joined, made_by_programs, ordered
from pipelines.errors import DataError, first_line

ARCHIVE_ENDINGS = (".tar.gz", ".tar.bz2", ".tar.xz", ".tgz", ".tar", ".zip")
_DEEPEST = 4  # archives in archives; one may hold itself
_BROKEN = (zipfile.BadZipFile, tarfile.TarError, lzma.LZMAError, zlib.error, EOFError, RuntimeError, OSError)


class DamagedPackageError(DataError):
    """An archive is damaged or encrypted."""


class UnsafePackageError(DataError):
    """An archive holds a link, or a path outside of itself.

    Attributes:
        member: its name in the archive.
    """

    def __init__(self, where: str, member: str, what: str) -> None:
        super().__init__(f"holds {what}, {member!r}", where=where, remedy="pack the images again without it")
        self.member = member


class DeepPackageError(DataError):
    """Archives are in archives, deeper than anybody packs images."""


@dataclass(frozen=True, slots=True)
class _Member:
    """A file of an archive: its path there, its bytes, and how it is opened."""

    path: str
    size: int
    open: Callable[[], IO[bytes]]


def archive_ending(name: str) -> str:
    """Returns the ending that makes the name that of an archive; empty: it is none."""
    return next((ending for ending in ARCHIVE_ENDINGS if name.lower().endswith(ending)), "")


def unpacked(tree: SourceTree, scratch: Scratch, holds_images: Callable[[SourceTree], bool]) -> SourceTree:
    """Returns the tree with archives as folders, if it holds no images beside them.

    The folder has the name of the archive without its ending; an archive that is the source itself has none.

    Args:
        tree: that may hold archives.
        scratch: where to write their files.
        holds_images: whether a tree has images already; archives beside them are left alone.

    Raises:
        DamagedPackageError: an archive is damaged or encrypted.
        UnsafePackageError: an archive holds a link, or a path outside of itself.
        DeepPackageError: archives are in archives, too deep.
        NoRoomToUnpackError: the disk has too little room.
    """
    for _ in range(_DEEPEST):
        packages = [file for file in tree.files if archive_ending(file.where)]
        if not packages or holds_images(tree):
            return tree
        files, folders = [file for file in tree.files if not archive_ending(file.where)], set(tree.folders)
        for package in packages:
            below = package.path[: len(package.path) - len(archive_ending(package.path))]
            for path, file in _written(package, scratch):
                path = joined(below, path)
                if file is None:
                    folders.add(path)
                else:
                    files.append(SourceFile(path, file.where, file.disk))
        tree = ordered(tree.source, files, folders)
    if holds_images(tree):
        return tree
    deep = next((file.where for file in tree.files if archive_ending(file.where)), None)
    if deep is None:
        return tree
    raise DeepPackageError("an archive in archives, too deep to be of images", where=deep, remedy="unpack it")


def _written(package: SourceFile, scratch: Scratch) -> Iterator[tuple[str, SourceFile | None]]:
    """Writes the files of an archive, and yields the paths in it; None: that of a folder."""
    try:
        with _opened(package) as (members, folders):
            yield from ((path, None) for path in folders)
            into = scratch.begin(package.where, sum(member.size for member in members))
            for number, member in enumerate(members):
                with member.open() as content:
                    disk = write_as(into / str(number), content, package.disk)
                yield member.path, SourceFile(member.path, f"{package.where}/{member.path}", disk)
    except _BROKEN as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        what = f"damaged or encrypted ({first_line(error).rstrip(':') or type(error).__name__})"
        raise DamagedPackageError(what, where=package.where, remedy="fetch or pack it again") from error


@contextmanager
def _opened(package: SourceFile) -> Iterator[tuple[list[_Member], list[str]]]:
    """Gives the files and the paths of the folders of an archive, without those that programs leave."""
    if archive_ending(package.where) == ".zip":
        with zipfile.ZipFile(package.disk) as archive:
            yield _of_zip(archive, package.where)
    else:
        with tarfile.open(package.disk) as tar:
            yield _of_tar(tar, package.where)


def _of_zip(archive: zipfile.ZipFile, where: str) -> tuple[list[_Member], list[str]]:
    members: dict[str, _Member] = {}  # the last of a path, which is what unpacking leaves
    folders = []
    for info in archive.infolist():
        path = _checked(info.filename.replace("\\", "/"), where)
        if stat.S_ISLNK(info.external_attr >> 16):
            raise UnsafePackageError(where, info.filename, "a link")
        if path and info.is_dir():
            folders.append(path)
        elif path:
            members[path] = _Member(path, info.file_size, partial(archive.open, info))
    return list(members.values()), folders


def _of_tar(tar: tarfile.TarFile, where: str) -> tuple[list[_Member], list[str]]:
    members: dict[str, _Member] = {}  # the last of a path, which is what unpacking leaves
    folders = []
    for info in tar.getmembers():
        path = _checked(info.name, where)
        if not (info.isreg() or info.isdir()):
            raise UnsafePackageError(where, info.name, "a link" if info.issym() or info.islnk() else "a device")
        if path and info.isdir():
            folders.append(path)
        elif path:
            members[path] = _Member(path, info.size, partial(_extracted, tar, info))
    _check_end(tar)
    return list(members.values()), folders


def _check_end(tar: tarfile.TarFile) -> None:
    """Reads the rest of a listed archive, which is zeros: without a word, tarfile stops at a damaged header.

    Raises:
        tarfile.ReadError: the rest is something else, or there is none.
    """
    assert tar.fileobj is not None, "it is open"
    tar.fileobj.seek(tar.offset)
    size = 0
    while block := tar.fileobj.read(1 << 20):
        size += len(block)
        if block.strip(b"\0"):
            raise tarfile.ReadError("data after the last file")
    if not size:
        raise tarfile.ReadError("no end after the last file")


def _extracted(tar: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    content = tar.extractfile(info)
    assert content is not None, "a regular file has a content"
    return content


def _checked(name: str, where: str) -> str:
    """Returns the path of a member; empty: programs have left it.

    Raises:
        UnsafePackageError: the path leads out of the archive.
    """
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise UnsafePackageError(where, name, "a path outside of itself")
    return "" if any(made_by_programs(part) for part in path.parts) else str(path) if path.parts else ""
