"""Which file of a source a table means."""

from collections.abc import Iterable
from pathlib import PurePosixPath

from pipelines.datasets.layouts.tree import SourceFile, inside


class Lookup:
    """Finds image files by what tables call them.

    Args:
        files: the image files of a source.
    """

    def __init__(self, files: Iterable[SourceFile]) -> None:
        self._by_path: dict[str, SourceFile] = {}
        self._by_name: dict[str, list[SourceFile]] = {}
        self._by_stem: dict[str, list[SourceFile]] = {}
        for file in files:
            path = PurePosixPath(file.path)
            self._by_path[file.path] = file
            self._by_name.setdefault(path.name, []).append(file)
            self._by_stem.setdefault(path.stem, []).append(file)

    def find(self, value: str, folder: str) -> tuple[SourceFile, ...]:
        """Returns the files that a table calls ``value``: one, none, or all of several that it may mean.

        A file is called by its path from the folder of the table or from the source, or by the end of that path, with
        or without the ending of its name.

        Args:
            value: path or name, with ``/`` or ``\\`` between folders.
            folder: of the table, below the source.
        """
        wanted = str(PurePosixPath(value.strip().replace("\\", "/")))
        exact = self._by_path.get(f"{folder}/{wanted}" if folder else wanted) or self._by_path.get(wanted)
        if exact is not None:
            return (exact,)
        name = wanted.rpartition("/")[2]
        for named, full in ((self._by_name, True), (self._by_stem, False)):
            found = [file for file in named.get(name, ()) if _ends(file.path, wanted, full)]
            near = [file for file in found if inside(folder, file.path)]
            if found:
                return tuple(near or found)
        return ()


def _ends(path: str, wanted: str, full: bool) -> bool:
    """Whether the last parts of a path, with the ending of its name or without, are those of ``wanted``."""
    path = path if full else str(PurePosixPath(path).with_suffix(""))
    return path == wanted or path.endswith(f"/{wanted}")
