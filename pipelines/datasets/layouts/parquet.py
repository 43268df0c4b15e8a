"""Parquet files with the bytes of images, as Hugging Face's ``datasets`` writes them.

A column is ``struct<bytes: binary, path: string>`` (or plain binary), another has classes as text or as numbers, whose
names are in the schema's metadata. https://huggingface.co/docs/datasets/about_dataset_features
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any

from pipelines.datasets.layouts.columns import (
    FILE_COLUMNS,
    checked_columns,
    described,
    grouped_by,
    label_and_group,
    named_one,
    split_column,
)
from pipelines.datasets.layouts.listing import Columns, Entry, Listing
from pipelines.datasets.layouts.scratch import Scratch, write_as
from pipelines.datasets.layouts.split_names import SPLIT_NAMES, split_named, split_of_file
from pipelines.datasets.layouts.tree import SourceFile, SourceTree, name_of, parent
from pipelines.errors import DataError, UnclearColumnError, first_line
from pipelines.split import Split

_ROWS = 64  # at a time


class ParquetError(DataError):
    """A file is not Parquet, or not one with images."""


class ParquetRowError(DataError):
    """A row has no image, no class or no split.

    Attributes:
        row: its number, from 0.
        column: that lacks it.
    """

    def __init__(self, file: SourceFile, row: int, column: str, what: str, remedy: str) -> None:
        super().__init__(f"{what} in column {column!r}", where=f"{file.where}[{row}]", remedy=remedy)
        self.row = row
        self.column = column


@dataclass(frozen=True, slots=True)
class _Table:
    """A Parquet file: its columns, the names of its classes by number, and the bytes of its images."""

    file: SourceFile
    columns: Columns
    names: tuple[str, ...]
    size: int


def parquet_files(tree: SourceTree) -> list[SourceFile]:
    """Returns the Parquet files of a source."""
    return [file for file in tree.files if file.suffix == ".parquet"]


def parquet(tree: SourceTree, asked: Columns, scratch: Scratch) -> Listing:
    """Lists the images of Parquet files, whose bytes become files.

    Splits are those of a column, of the files' names, such as ``validation-00000-of-00001.parquet``, or of their
    folders.

    Args:
        tree: of the source.
        asked: columns that the user has named.
        scratch: where to write the images.

    Raises:
        ParquetError: there is no file, or it is not one with images.
        ParquetRowError: a row has no image, class or split.
        UnclearColumnError: several columns may be that of images or classes, or none.
        NoColumnError: a column that the user has named is absent.
        NoRoomToUnpackError: the disk has too little room.
    """
    files = parquet_files(tree)
    if not files:
        raise ParquetError("no .parquet files", where=tree.source)
    tables = [_table(file, asked) for file in files]
    entries = tuple(entry for one in tables for entry in _entries(one, scratch))
    count = f"{files[0].where}{f' and {len(files) - 1} more' if len(files) > 1 else ''}"
    return Listing(
        entries=entries,
        said=f"{count}; {described(tables[0].columns, 'images')}",
        tables=frozenset(file.path for file in files),
        grouped_by=grouped_by(one.columns for one in tables),
    )


@contextmanager
def _reading(file: SourceFile) -> Iterator[None]:
    """Raises ParquetError where a file can't be read as Parquet."""
    from pyarrow import ArrowException

    try:
        yield
    except (ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise ParquetError(f"not a whole Parquet file ({first_line(error)})", where=file.where) from error


def _table(file: SourceFile, asked: Columns) -> _Table:
    from pyarrow.parquet import read_metadata

    with _reading(file):
        metadata = read_metadata(file.disk)
        schema = metadata.schema.to_arrow_schema()
    checked_columns(file.where, schema.names, asked)
    images = [field.name for field in schema if _holds_bytes(field.type)]
    image = asked.file or named_one(images, FILE_COLUMNS) or (images[0] if len(images) == 1 else None)
    if image is None or image not in images:
        raise UnclearColumnError(file.where, "file", tuple(schema.names))
    features = _features(schema.metadata or {})
    plain = [field.name for field in schema if _holds_text_or_numbers(field.type)]
    classes = [name for name in plain if isinstance(features.get(name), dict) and "names" in features[name]]
    others = set(plain) - {asked.label, asked.group}
    split = split_column(others, partial(_values, file)) if asked.split is None else asked.split
    label = asked.label or (classes[0] if len(classes) == 1 else None)
    known = Columns(file=image, label=label, split=split, group=asked.group)
    columns = label_and_group(plain, known, only_named=bool(classes))
    if columns.label is None:
        raise UnclearColumnError(file.where, "label", tuple(schema.names))
    names = tuple(map(str, features[columns.label]["names"])) if columns.label in classes else ()
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    chunks = [group.column(number) for group in groups for number in range(group.num_columns)]
    of_image = [chunk for chunk in chunks if chunk.path_in_schema.partition(".")[0] == image]
    return _Table(file, columns, names, sum(chunk.total_uncompressed_size for chunk in of_image))


def _values(file: SourceFile, column: str) -> list[str]:
    """Returns each value of a column once."""
    from pyarrow.parquet import read_table

    with _reading(file):
        return [_text(value) for value in read_table(file.disk, columns=[column])[column].unique().to_pylist()]


def _features(metadata: dict[bytes, bytes]) -> dict[str, Any]:
    """Returns what ``datasets`` says of each column; empty: nothing."""
    try:
        features = json.loads(metadata[b"huggingface"])["info"]["features"]
    except (KeyError, TypeError, ValueError):
        return {}
    return features if isinstance(features, dict) else {}


def _holds_bytes(kind: Any) -> bool:
    from pyarrow import types

    if types.is_struct(kind):
        index = kind.get_field_index("bytes")
        return index >= 0 and _holds_bytes(kind.field(index).type)
    return bool(types.is_binary(kind) or types.is_large_binary(kind))


def _holds_text_or_numbers(kind: Any) -> bool:
    from pyarrow import types

    kind = kind.value_type if types.is_dictionary(kind) else kind
    return bool(
        types.is_string(kind) or types.is_large_string(kind) or types.is_integer(kind) or types.is_boolean(kind)
    )


def _entries(one: _Table, scratch: Scratch) -> Iterator[Entry]:
    """Writes the images of a file, and yields them."""
    into = scratch.begin(one.file.where, one.size)
    by_name = split_of_file(name_of(one.file.path)) or split_named(name_of(parent(one.file.path)))
    columns = one.columns
    for row, values in enumerate(_rows(one)):
        image = values[str(columns.file)]
        content, path = (image.get("bytes"), image.get("path")) if isinstance(image, dict) else (image, None)
        if not content:
            remedy = "write the bytes of images, as push_to_hub does" if path else "remove the row"
            raise ParquetRowError(one.file, row, str(columns.file), "no image bytes", remedy)
        name = f"[{row}]/{PurePosixPath(path.replace(chr(92), '/')).name}" if path else f"[{row}]"
        disk = write_as(into / str(row), BytesIO(content), one.file.disk)
        yield Entry(
            file=SourceFile(f"{one.file.path}{name}", f"{one.file.where}{name}", disk),
            label=_label(one, row, values[str(columns.label)]),
            split=by_name if columns.split is None else _split(one, row, values[columns.split]),
            group=None if columns.group is None else _text(values[columns.group]) or None,
        )


def _rows(one: _Table) -> Iterator[dict[str, Any]]:
    from pyarrow.parquet import ParquetFile

    columns = one.columns
    wanted = [name for name in (columns.file, columns.label, columns.split, columns.group) if name is not None]
    with _reading(one.file), ParquetFile(one.file.disk) as file:
        for batch in file.iter_batches(_ROWS, columns=wanted):
            yield from batch.to_pylist()


def _label(one: _Table, row: int, value: Any) -> str:
    number = value if isinstance(value, int) else -1
    label = _text(value) if not one.names else one.names[number] if 0 <= number < len(one.names) else ""
    if not label:
        raise ParquetRowError(one.file, row, str(one.columns.label), "no class", "remove the row, or the file")
    return label


def _split(one: _Table, row: int, value: Any) -> Split:
    split = split_named(_text(value))
    if split is None:
        remedy = f"write one of {', '.join(SPLIT_NAMES)}"
        raise ParquetRowError(one.file, row, str(one.columns.split), f"{value!r}, which is no split,", remedy)
    return split


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()
