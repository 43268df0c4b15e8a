"""Which file of a source a table means."""

import os
from pathlib import Path, PurePosixPath

from pipelines.datasets.layouts.tree import SourceFile, SourceTree, inside, joined


class Lookup:
    """Finds image files by the names that tables give them.

    Args:
        tree: of a source.
    """

    def __init__(self, tree: SourceTree) -> None:
        self._source = Path(os.path.normpath(Path.cwd() / tree.source))
        self._by_path: dict[str, SourceFile] = {}
        self._by_name: dict[str, list[SourceFile]] = {}
        self._by_stem: dict[str, list[SourceFile]] = {}
        for file in tree.photos:
            path = PurePosixPath(file.path)
            self._by_path[file.path] = file
            self._by_name.setdefault(path.name, []).append(file)
            self._by_stem.setdefault(path.stem, []).append(file)

    def find(self, value: str, folder: str) -> tuple[SourceFile, ...]:
        """Returns the files that a table calls ``value``: one, none, or all of several that it may mean.

        A file is called by its path from the folder of the table or from the source, or by the end of that path, with
        or without the ending of its name. A path may also start outside the source: at the root, at the working
        directory or at the folder of the source.

        Args:
            value: path or name, with ``/`` or ``\\`` between folders.
            folder: of the table, below the source.
        """
        wanted = str(PurePosixPath(value.strip().replace("\\", "/")))
        exact = self._by_path.get(joined(folder, wanted)) or self._by_path.get(wanted)
        if exact is not None:
            return (exact,)
        name = wanted.rpartition("/")[2]
        for named, full in ((self._by_name, True), (self._by_stem, False)):
            found = [file for file in named.get(name, ()) if _ends(file.path, wanted, full)]
            near = [file for file in found if inside(folder, file.path)]
            if found:
                return tuple(near or found)
        for start in (Path.cwd(), self._source.parent):
            below = inside(str(self._source), os.path.normpath(start / wanted))
            if below in self._by_path:
                return (self._by_path[below],)
        return ()


def _ends(path: str, wanted: str, full: bool) -> bool:
    """Whether the last parts of a path, with the ending of its name or without, are those of ``wanted``."""
    path = path if full else str(PurePosixPath(path).with_suffix(""))
    return path == wanted or path.endswith(f"/{wanted}")
