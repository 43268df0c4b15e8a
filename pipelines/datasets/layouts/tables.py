"""Tables as files: CSV, TSV and JSON lines."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from pipelines.datasets.layouts.tree import SourceFile
from pipelines.errors import DataError, first_line

TABLE_ENDINGS = (".csv", ".tsv")
_DELIMITERS = ",;\t|"


class TableError(DataError):
    """A table can't be read.

    Attributes:
        number: of the line, from 1; None: the file as a whole.
    """

    def __init__(self, file: SourceFile, what: str, *, number: int | None = None, expected: str = "") -> None:
        super().__init__(what, where=file.where if number is None else f"{file.where}:{number}", expected=expected)
        self.number = number


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table.

    Attributes:
        where: its file and line.
        cells: without spaces around them, by column; empty text: the row says nothing.
    """

    where: str
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        file: that it is in.
        columns: their names, in order.
        rows: in order.
    """

    file: SourceFile
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]


def read_table(file: SourceFile, most: int | None = None) -> Table:
    """Reads a table. The first line of CSV and TSV names the columns; their delimiter is the most frequent there.

    Args:
        file: in UTF-8; one that ends in ``.jsonl`` has a JSON object a line.
        most: number of rows to read; None: all.

    Raises:
        TableError: the file is not such a table, or has no rows.
    """
    try:
        with file.disk.open(encoding="utf-8-sig", newline="") as lines:
            reader = _objects(lines, file) if file.suffix == ".jsonl" else _cells(lines, file)
            rows = [TableRow(f"{file.where}:{line}", cells) for line, cells in islice(reader, most)]
    except UnicodeDecodeError:
        raise TableError(file, "not UTF-8", expected="a table in UTF-8") from None
    except csv.Error as error:
        raise TableError(file, f"not a table ({first_line(error)})") from None
    if not rows:
        raise TableError(file, "has no rows", expected="a line with the names of columns, then a line an image")
    return Table(file, tuple(dict.fromkeys(name for row in rows for name in row.cells)), tuple(rows))


def _cells(lines: Iterator[str], file: SourceFile) -> Iterator[tuple[int, dict[str, str]]]:
    header = next(lines, "")
    delimiter = "\t" if file.suffix == ".tsv" else max(_DELIMITERS, key=header.count)
    columns = [name.strip() for name in next(csv.reader([header], delimiter=delimiter), [])]
    if twice := next((name for name in columns if columns.count(name) > 1), None):
        raise TableError(file, f"has the column {twice!r} twice", number=1)
    reader = csv.reader(lines, delimiter=delimiter)
    for cells in reader:
        if not any(cells):
            continue
        line = reader.line_num + 1
        if len(cells) != len(columns):
            raise TableError(file, f"has {len(cells)} cells", number=line, expected=f"{len(columns)}, as in line 1")
        yield line, dict(zip(columns, (cell.strip() for cell in cells), strict=True))


def _objects(lines: Iterator[str], file: SourceFile) -> Iterator[tuple[int, dict[str, str]]]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise TableError(file, "not a JSON object", number=number, expected='such as {"file_name": "1.jpg"}')
        yield number, {key: "" if value is None else str(value).strip() for key, value in found.items()}
