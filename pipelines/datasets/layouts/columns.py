"""Finds the columns of files, classes, splits and groups in a table: as the user names them, or by name and content."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from itertools import islice

from pipelines.datasets.layouts.listing import Columns
from pipelines.datasets.layouts.lookup import Lookup
from pipelines.datasets.layouts.split_names import split_named
from pipelines.datasets.layouts.tables import Table
from pipelines.datasets.layouts.tree import parent
from pipelines.errors import NoColumnError, UnclearColumnError

FILE_COLUMNS = {
    "file", "filename", "filenames", "filepath", "filepaths", "image", "images", "imagefile", "imagename", "imagepath",
    "img", "imgname", "imgpath", "path",
}  # fmt: skip
LABEL_COLUMNS = {
    "category", "categoryname", "class", "classname", "label", "labelname", "labels", "species", "target",
}  # fmt: skip
SPLIT_COLUMNS = {"dataset", "partition", "phase", "set", "split", "subset"}
GROUP_COLUMNS = {"group", "groupid", "patient", "patientid", "subject", "subjectid"}
LOOKED_AT = 100  # rows, of a table of which it is not known yet whether it names images


def plain(name: str) -> str:
    """Returns the name of a column as sets of names have it: ``File Name`` and ``file_name`` are ``filename``."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def checked_columns(where: str, columns: Sequence[str], asked: Columns) -> None:
    """Raises NoColumnError where a table lacks a column.

    Args:
        where: the table.
        columns: those that it has.
        asked: those that it should have.
    """
    for name in asked.named():
        if name not in columns:
            raise NoColumnError(where, name, tuple(columns))


def find_columns(table: Table, asked: Columns, lookup: Lookup, *, only_named: bool) -> Columns:
    """Returns the columns of a table; that of files is there.

    Args:
        table: to look at.
        asked: columns that the user has named.
        lookup: of the image files.
        only_named: whether a column of classes has to be named as one; False: it may be the only one that is left.

    Raises:
        NoColumnError: a column that the user has named is absent.
        UnclearColumnError: several columns may be that of the files, or none.
    """
    where, columns = table.file.where, table.columns
    checked_columns(where, columns, asked)
    file = asked.file or _file_column(table, lookup, asked)
    if file is None:
        raise UnclearColumnError(where, "file", columns)
    split = asked.split
    if split is None:
        others = [name for name in columns if name not in (file, asked.label, asked.group)]
        split = split_column(others, lambda name: (row.cells.get(name, "") for row in table.rows))
    return label_and_group(columns, replace(asked, file=file, split=split), only_named=only_named)


def label_and_group(columns: Sequence[str], asked: Columns, *, only_named: bool = False) -> Columns:
    """Returns ``asked`` with the columns of classes and groups, if there are such; those that are absent are None.

    Args:
        columns: of a table.
        asked: columns that are known.
        only_named: whether a column of classes has to be named as one; False: it may be the only one that is left.
    """
    others = [name for name in columns if name not in (asked.file, asked.label, asked.split, asked.group)]
    group = named_one(others, GROUP_COLUMNS) if asked.group is None else asked.group
    others = [name for name in others if name != group]
    label = asked.label or named_one(others, LABEL_COLUMNS)
    if label is None and not only_named:
        label = _only(others)
    return replace(asked, label=label, split=asked.split or None, group=group or None)


def described(columns: Columns, files: str = "files") -> str:
    """Returns what each column of a table has, in one line.

    Args:
        columns: of a table.
        files: what its column of files has.
    """
    kinds = {files: columns.file, "classes": columns.label, "splits": columns.split, "groups": columns.group}
    return ", ".join(f"{kind} in column {name}" for kind, name in kinds.items() if name is not None)


def grouped_by(columns: Iterable[Columns]) -> str:
    """Returns where groups come from, such as ``column patient``; empty: there are none.

    Args:
        columns: of each table.
    """
    names = {of_table.group for of_table in columns if of_table.group is not None}
    return f"column {', '.join(sorted(names))}" if names else ""


def named_one(columns: Collection[str], names: Collection[str]) -> str | None:
    """Returns the only one of ``columns`` with one of ``names``; None: there is none, or there are several."""
    return _only([name for name in columns if plain(name) in names])


def split_column(columns: Collection[str], values_of: Callable[[str], Iterable[str]]) -> str | None:
    """Returns the column that is named as one of splits and has the name of one; None: there is none.

    Args:
        columns: of a table.
        values_of: returns the values of a column.
    """
    name = named_one(columns, SPLIT_COLUMNS)
    return name if name is not None and any(map(split_named, values_of(name))) else None


def columns_of_files(table: Table, lookup: Lookup) -> list[str]:
    """Returns the columns in which at least half of the first 100 values are image files.

    Args:
        table: to look at.
        lookup: of the image files.
    """
    rows = list(islice(table.rows, LOOKED_AT))
    folder = parent(table.file.path)
    return [
        name
        for name in table.columns
        if 2 * sum(bool(lookup.find(row.cells.get(name, ""), folder)) for row in rows) >= len(rows)
    ]


def _file_column(table: Table, lookup: Lookup, asked: Columns) -> str | None:
    """Returns the only column of files, that of several which is named so, or one that is only named so.

    Classes that are numbers may be names of files too, such as ``3.jpg``.
    """
    found = [name for name in columns_of_files(table, lookup) if name not in asked.named()]
    others = [name for name in found if plain(name) not in LABEL_COLUMNS]
    return _only(found) or named_one(found, FILE_COLUMNS) or _only(others) or named_one(table.columns, FILE_COLUMNS)


def _only(names: Sequence[str]) -> str | None:
    return names[0] if len(names) == 1 else None
