"""The files of a source, found in one walk; archives among them may have become folders."""

import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from PIL import Image

from pipelines.datasets.layouts.split_names import SPLIT_NAMES

_LEFT_BY_PROGRAMS = {"__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini"}
_UNREAD = {".heic", ".heif", ".dng", ".cr2", ".nef", ".arw"}  # photographs too, which Pillow alone does not read


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a source.

    Attributes:
        path: below the source, with ``/`` between folders.
        where: what to call it in a message.
        disk: where its bytes are.
    """

    path: str
    where: str
    disk: Path

    @property
    def suffix(self) -> str:
        """The ending of the name in lower case, with its dot."""
        return PurePosixPath(self.path).suffix.lower()


@dataclass(frozen=True)
class SourceTree:
    """All files of a source but those that programs leave beside images.

    Attributes:
        source: a folder, or a file.
        files: in the order of the parts of their paths.
        folders: paths of all folders, also of those without files; not of the source, whose path is empty.
    """

    source: Path
    files: tuple[SourceFile, ...]
    folders: frozenset[str]

    @cached_property
    def children(self) -> dict[str, list[str]]:
        """The paths of the folders in each folder, in order."""
        found: dict[str, list[str]] = {}
        for folder in sorted(self.folders):
            found.setdefault(parent(folder), []).append(folder)
        return found

    @cached_property
    def photos(self) -> tuple[SourceFile, ...]:
        """The files that are images by the endings of their names."""
        endings = image_endings()
        return tuple(file for file in self.files if file.suffix in endings)

    def named(self, folder: str) -> str:
        """Returns what to call a folder in a message."""
        return str(self.source / folder)

    def class_root(self, folder: str = "", stop: Collection[str] = SPLIT_NAMES) -> str:
        """Returns the folder that holds the folders of classes or splits, at any depth.

        A folder is passed if it holds nothing but one folder with further folders.

        Args:
            folder: to begin at; empty: the source.
            stop: names, in lower case, of folders that are not passed.
        """
        while len(inner := self.children.get(folder, [])) == 1 and inner[0] in self.children:
            if folder in self._with_photos or name_of(inner[0]).casefold() in stop:
                break
            folder = inner[0]
        return folder

    @cached_property
    def above_photos(self) -> frozenset[str]:
        """The paths of the folders with images in them, at any depth; of the source too, whose path is empty."""
        found: set[str] = set()
        for folder in {parent(file.path) for file in self.photos}:
            while folder not in found:
                found.add(folder)
                folder = parent(folder)
        return frozenset(found)

    @cached_property
    def _with_photos(self) -> frozenset[str]:
        return frozenset(parent(file.path) for file in self.photos)


def image_endings() -> set[str]:
    """Returns the endings of photographs, in lower case, of those too that can't be read here."""
    return Image.registered_extensions().keys() | _UNREAD


def unread_endings() -> set[str]:
    """Returns the endings of photographs that can't be read here; plug-ins of Pillow's read some."""
    return _UNREAD - Image.registered_extensions().keys()


def parent(path: str) -> str:
    """Returns the folder of a path below the source; empty: the source."""
    return path.rpartition("/")[0]


def name_of(path: str) -> str:
    """Returns the last part of a path below the source."""
    return path.rpartition("/")[2]


def joined(folder: str, path: str) -> str:
    """Returns the path below the source of ``path``, which is below ``folder``; where that is empty: the source."""
    return f"{folder}/{path}" if folder else path


def inside(folder: str, path: str) -> str:
    """Returns the part of ``path`` below ``folder``; empty: it is not below."""
    return path if not folder else path.removeprefix(f"{folder}/") if path.startswith(f"{folder}/") else ""


def made_by_programs(name: str) -> bool:
    """Whether programs leave files or folders of this name: .ipynb_checkpoints, ._IMG.jpg, __MACOSX, Thumbs.db."""
    return name.startswith(".") or name.casefold() in _LEFT_BY_PROGRAMS


def ordered(source: Path, files: Iterable[SourceFile], folders: Iterable[str] = ()) -> SourceTree:
    """Returns a tree of files in any order.

    Args:
        source: where the files are from.
        files: of the tree.
        folders: those that may have no files; those of files need not be among them.
    """
    known = set(folders)
    files = sorted(files, key=lambda file: file.path.split("/"))
    for path in [file.path for file in files] + list(known):
        while (path := parent(path)) and path not in known:
            known.add(path)
    return SourceTree(source, tuple(files), frozenset(known))


def walked(source: Path) -> SourceTree:
    """Returns the files in a folder. Links are followed; those to nothing are files, so that an error can name them."""
    files: list[SourceFile] = []
    folders: list[str] = []
    for path, is_folder in _walk(source, "", ()):
        if is_folder:
            folders.append(path)
        else:
            files.append(SourceFile(path, str(source / path), source / path))
    return ordered(source, files, folders)


def _walk(folder: Path, path: str, above: tuple[tuple[int, int], ...]) -> Iterator[tuple[str, bool]]:
    """Yields the paths below a folder, and whether each is a folder; ``above`` are the folders that lead to it."""
    status = folder.stat()
    here = (status.st_dev, status.st_ino)
    if here in above:
        return  # a link to a folder that it is in
    with os.scandir(folder) as entries:
        for entry in entries:
            if made_by_programs(entry.name):
                continue
            below = joined(path, entry.name)
            is_folder = entry.is_dir()
            yield below, is_folder
            if is_folder:
                yield from _walk(folder / entry.name, below, (*above, here))
