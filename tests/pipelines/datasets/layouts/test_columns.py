"""Which column has the files, where several may have them."""

from pathlib import Path

import pytest

from pipelines.datasets.layouts.columns import find_columns
from pipelines.datasets.layouts.listing import Columns
from pipelines.datasets.layouts.lookup import Lookup
from pipelines.datasets.layouts.tables import Table, TableRow
from pipelines.datasets.layouts.tree import SourceFile, SourceTree
from pipelines.errors import UnclearColumnError


def found(header: tuple[str, str], asked: Columns = Columns()) -> tuple[str | None, str | None]:
    """The columns of files and classes of a table whose images and classes are numbers."""
    files = tuple(SourceFile(f"{number}.jpg", f"photos/{number}.jpg", Path()) for number in range(6))
    rows = [TableRow("", dict(zip(header, (str(number), str(number % 3)), strict=True))) for number in range(6)]
    table = Table(SourceFile("labels.csv", "photos/labels.csv", Path()), header, tuple(rows))
    columns = find_columns(table, asked, Lookup(SourceTree(Path("photos"), files, frozenset())), only_named=False)
    return columns.file, columns.label


def test_classes_that_are_numbers_are_not_taken_for_names_of_files() -> None:
    assert found(("id", "label")) == ("id", "label")
    assert found(("kind", "image")) == ("image", "kind")
    assert found(("id", "level"), Columns(label="level")) == ("id", "level")
    with pytest.raises(UnclearColumnError) as refused:
        found(("id", "level"))
    assert (refused.value.role, refused.value.columns) == ("file", ("id", "level"))
