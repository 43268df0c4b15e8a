"""Images with tables that say their classes: CSV and TSV, and Hugging Face's imagefolder.

https://huggingface.co/docs/datasets/image_load#imagefolder
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from pipelines.datasets.layouts.agreement import FileWithoutLabelError, LabelWithoutFileError, Statement, agreed
from pipelines.datasets.layouts.class_folders import class_folders, has_class_folders
from pipelines.datasets.layouts.columns import described, find_columns, grouped_by
from pipelines.datasets.layouts.listing import Columns, Entry, Listing
from pipelines.datasets.layouts.lookup import Lookup
from pipelines.datasets.layouts.split_names import SPLIT_NAMES, split_named, split_of_file
from pipelines.datasets.layouts.tables import TABLE_ENDINGS, Table, TableRow, read_table
from pipelines.datasets.layouts.tree import SourceFile, SourceTree, name_of, parent
from pipelines.errors import DataError, UnclearColumnError
from pipelines.split import Split

IMAGEFOLDER_TABLES = ("metadata.csv", "metadata.jsonl")
_IMAGEFOLDER_FILES = "file_name"
_ANSWERS = "submission"  # in the name of a table to be filled in, as sample_submission.csv of a competition


class NoTableError(DataError):
    """There is no table of labels."""


class CellError(DataError):
    """A cell of a table can't be used.

    Attributes:
        column: of the cell.
        value: of the cell.
    """

    def __init__(self, where: str, column: str, value: str, expected: str) -> None:
        super().__init__(f"{value!r} in column {column!r}", where=where, expected=expected)
        self.column = column
        self.value = value


def top_tables(tree: SourceTree) -> list[SourceFile]:
    """Returns the tables beside the images or their folders, and those in a folder of their own there."""
    root = tree.class_root()
    places = {"", root, *(folder for folder in tree.children.get(root, []) if folder not in tree.above_photos)}
    return [
        file
        for file in tree.files
        if file.suffix in TABLE_ENDINGS and parent(file.path) in places and _ANSWERS not in file.path.casefold()
    ]


def imagefolder_tables(tree: SourceTree) -> list[SourceFile]:
    """Returns the tables of an imagefolder."""
    return [file for file in tree.files if name_of(file.path) in IMAGEFOLDER_TABLES]


def table(tree: SourceTree, labels: Sequence[Path], asked: Columns) -> Listing:
    """Lists images by tables in CSV or TSV.

    Splits are those of a column; of a table's name, such as ``train.csv``; or of the folders that images are in.

    Args:
        tree: of the source.
        labels: the tables, as paths of files or as paths below the source; empty: those beside the images.
        asked: columns that the user has named.

    Raises:
        NoTableError: there is none.
        DataError: a table can't be read, or does not agree with the images or with another table.
    """
    files = [_named(tree, path) for path in labels] or top_tables(tree)
    if not files:
        raise NoTableError("no table of labels", where=tree.source, expected="a file such as labels.csv")
    tables, lookup = [read_table(file) for file in files], Lookup(tree)
    guessed = not has_class_folders(tree)
    return _listed(tree, tables, [find_columns(one, asked, lookup, only_named=not guessed) for one in tables], lookup)


def imagefolder(tree: SourceTree, asked: Columns) -> Listing:
    """Lists images by ``metadata.csv`` and ``metadata.jsonl``; classes are those of folders if these say none.

    Args:
        tree: of the source.
        asked: columns that the user has named.

    Raises:
        NoTableError: there is neither.
        DataError: a table can't be read, or does not agree with the images or with another table.
    """
    files = imagefolder_tables(tree)
    if not files:
        raise NoTableError("no metadata.csv or metadata.jsonl", where=tree.source)
    tables = [read_table(file) for file in files]
    asked = replace(asked, file=asked.file or _IMAGEFOLDER_FILES)
    lookup = Lookup(tree)
    found = [find_columns(table, asked, lookup, only_named=True) for table in tables]
    if any(columns.label for columns in found):
        return _listed(tree, tables, found, lookup)
    statements = _statements(tables, found, lookup)
    entries = []
    for entry in class_folders(tree).entries:
        if said := statements.get(entry.file.path):
            of_image = agreed(entry.file.where, said)
            entry = replace(entry, split=of_image.split or entry.split, group=of_image.group)
        entries.append(entry)
    return _listing(entries, tables, found)


def _named(tree: SourceTree, path: Path) -> SourceFile:
    """Returns a table that the user has named.

    Raises:
        NoTableError: there is no such file.
    """
    if path.is_file():
        same = (file for file in tree.files if file.disk.name == path.name and file.disk.samefile(path))
        return next(same, SourceFile("", str(path), path))
    inner = next((file for file in tree.files if file.path == path.as_posix()), None)
    if inner is None:
        raise NoTableError("no such file", where=path, expected=f"a path, or a path below {tree.source}")
    return inner


def _listed(tree: SourceTree, tables: Sequence[Table], columns: Sequence[Columns], lookup: Lookup) -> Listing:
    for one, of_table in zip(tables, columns, strict=True):
        if of_table.label is None:
            raise UnclearColumnError(one.file.where, "label", one.columns)
    statements = _statements(tables, columns, lookup)
    photos = {file.path: file for file in tree.photos}
    said = {path: agreed(photos[path].where, of_image) for path, of_image in statements.items()}
    if bare := [file.where for path, file in photos.items() if path not in said]:
        raise FileWithoutLabelError(", ".join(table.file.where for table in tables), bare)
    labels = {str(of_image.label) for of_image in said.values()}
    entries = []
    for path, file in photos.items():
        of_image = said[path]
        agreed(file.where, [of_image, *_by_folder(file, labels)])
        split = of_image.split or _split_of_folder(file, labels)
        entries.append(Entry(file=file, label=str(of_image.label), split=split, group=of_image.group))
    return _listing(entries, tables, columns)


def _statements(tables: Sequence[Table], columns: Sequence[Columns], lookup: Lookup) -> dict[str, list[Statement]]:
    """Returns what is said of each image, by its path.

    Raises:
        CellError: a cell says nothing where it should, or means several files or no split.
        LabelWithoutFileError: there is no such file.
    """
    found: dict[str, list[Statement]] = {}
    for one, of_table in zip(tables, columns, strict=True):
        missing = []
        by_name = split_of_file(name_of(one.file.path or one.file.disk.name))
        for row in one.rows:
            name = _cell(row, of_table.file, "the file of an image")
            files = lookup.find(name, parent(one.file.path))
            if len(files) > 1:
                expected = f"a path of one file, and there are {files[0].where} and {files[1].where}"
                raise CellError(row.where, str(of_table.file), name, expected)
            if not files:
                missing.append(name)
                continue
            statement = Statement(
                where=row.where,
                label=None if of_table.label is None else _cell(row, of_table.label, "a class"),
                split=by_name if of_table.split is None else _split(row, of_table.split),
                group=None if of_table.group is None else row.cells.get(of_table.group) or None,
            )
            found.setdefault(files[0].path, []).append(statement)
        if missing:
            raise LabelWithoutFileError(one.file.where, list(dict.fromkeys(missing)))
    return found


def _cell(row: TableRow, column: str | None, expected: str) -> str:
    value = row.cells.get(str(column), "")
    if not value:
        raise CellError(row.where, str(column), value, expected)
    return value


def _split(row: TableRow, column: str) -> Split:
    value = row.cells.get(column, "")
    split = split_named(value)
    if split is None:
        raise CellError(row.where, column, value, f"one of {', '.join(SPLIT_NAMES)}")
    return split


def _by_folder(file: SourceFile, labels: set[str]) -> list[Statement]:
    """Returns that the image is of the class that its folder is named as, if there is one."""
    name = name_of(parent(file.path))
    return [Statement(where="its folder", label=name)] if name in labels else []


def _split_of_folder(file: SourceFile, labels: set[str]) -> Split | None:
    """Returns the split that a folder of the image is named as, unless that is the name of a class."""
    for name in parent(file.path).split("/"):
        split = split_named(name)
        if split is not None and name not in labels:
            return split
    return None


def _listing(entries: Iterable[Entry], tables: Sequence[Table], columns: Sequence[Columns]) -> Listing:
    return Listing(
        entries=tuple(entries),
        said=f"{', '.join(table.file.where for table in tables)}; {described(columns[0])}",
        tables=frozenset(table.file.path for table in tables),
        grouped_by=grouped_by(columns),
    )
