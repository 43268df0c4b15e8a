"""``prepare`` of other layouts than class folders: what it says, and what it refuses with nothing written."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from pipelines.datasets.folder import UnknownClassError
from pipelines.datasets.layouts.agreement import DisagreementError, FileWithoutLabelError, LabelWithoutFileError
from pipelines.datasets.layouts.unpacking import DamagedPackageError
from pipelines.errors import (
    DataExistError,
    DetailedError,
    NoColumnError,
    NoTableToReadError,
    SplitGroupError,
    UnclearColumnError,
)
from pipelines.storage.prepare import ImageSizeError
from search.errors import ArgumentError
from tests.helpers import shell
from tests.pipelines.datasets.layouts.written import (
    copied,
    flat,
    images,
    photographs,
    split_of,
    write_parquet,
    write_table,
    zipped,
)

COMMAND = ("prepare", "--dataset", "folder", "--source", "photos", "--size", 16, "--out", "data/photos")
Row = Sequence[object]


@pytest.fixture
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return photographs(tmp_path_factory.mktemp("classes") / "photos")


def table(root: Path, classes: Path, change: Callable[[list[Row]], list[Row]] = lambda rows: rows) -> None:
    """The photographs in one folder, with a table of what they are."""
    flat(classes, root / "photos")
    rows: list[Row] = [(path.name, path.parent.name, split_of(path), path.stem) for path in images(classes)]
    write_table(root / "photos" / "labels.csv", [("file", "label", "split", "patient"), *change(rows)])


def test_the_layout_is_said_in_one_line(tmp_path: Path, classes: Path) -> None:
    table(tmp_path, classes)
    with shell(tmp_path) as terminal:
        recognised = terminal.run(*COMMAND)
        named = terminal.run(
            *(*COMMAND[:-1], "data/2", "--labels", "photos/labels.csv", "--file-column", "file", "--group-column", "")
        )
    read = "photos/labels.csv; files in column file, classes in column label, splits in column split"
    options = "(recognized; --layout table)"
    assert recognised.splitlines()[0] == (
        f"photos: read as images with a table of labels {options}: {read}, groups in column patient"
    )
    assert named.splitlines()[0] == f"photos: read as images with a table of labels (--layout table): {read}"
    assert "(split as found; 24 groups by column patient)" in recognised
    assert "(split as found)" in named


def test_a_table_in_the_working_directory_goes_before_one_in_the_source(tmp_path: Path, classes: Path) -> None:
    table(tmp_path, classes)
    labels = tmp_path / "photos" / "labels.csv"
    with shell(tmp_path) as terminal:
        assert ": photos/labels.csv; " in terminal.run(*COMMAND[:-1], "one", "--labels", "labels.csv")
        (tmp_path / "labels.csv").write_text(labels.read_text())
        assert ": labels.csv; " in terminal.run(*COMMAND[:-1], "two", "--labels", "labels.csv")


def test_what_is_unpacked_is_said_and_removed(tmp_path: Path, classes: Path) -> None:
    copied(classes, tmp_path / "photos")
    zipped(tmp_path / "photos", tmp_path / "photos.zip")
    for split in ("train", "val", "test"):
        write_parquet(tmp_path / "parquet" / f"{split}.parquet", images(classes / split))
    with shell(tmp_path) as terminal:
        of_zip = terminal.run(*COMMAND[:4], "photos.zip", *COMMAND[5:])
        of_parquet = terminal.run(*COMMAND[:4], "parquet", *COMMAND[5:-1], "data/2")
    first, second = of_zip.splitlines()[:2]
    assert first.startswith("photos.zip: unpacked ")
    assert first.endswith(" to data/.photos.unpacked, now removed")
    assert second == "photos.zip: read as class folders (recognized; --layout classes)"
    first, second = of_parquet.splitlines()[:2]
    assert first.startswith("parquet/test.parquet and 2 more: unpacked ")
    assert second.startswith(
        "parquet: read as Parquet files (recognized; --layout parquet): parquet/test.parquet and 2 "
    )
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["2", "photos"]


def first_of(rows: list[Row], **changes: object) -> list[Row]:
    """The rows, with other values in the first."""
    names = ("file", "label", "split", "patient")
    return [[changes.get(name, value) for name, value in zip(names, rows[0], strict=True)], *rows[1:]]


@pytest.mark.parametrize(
    ("change", "options", "kind"),
    [
        (lambda rows: [*rows, ("gone.png", "cat", "val", "")], (), LabelWithoutFileError),
        (lambda rows: rows[1:], (), FileWithoutLabelError),
        (lambda rows: [*rows, *first_of(rows[:1], label="dog")], (), DisagreementError),
        (lambda rows: first_of(rows, label="cow"), (), UnknownClassError),
        (lambda rows: first_of(rows, patient=rows[-1][3]), (), SplitGroupError),
        (lambda rows: rows, ("--label-column", "species"), NoColumnError),
        (lambda rows: rows, ("--layout", "classes", "--label-column", "label"), NoTableToReadError),
        (lambda rows: rows, ("--group-pattern", "(x)", "--group-column", "patient"), ArgumentError),
    ],
    ids=[
        "a label without a file",
        "a file without a label",
        "two labels",
        "a class in test alone",
        "a group in two splits",
        "no such column",
        "no table in this layout",
        "two kinds of groups",
    ],
)
def test_tables_that_are_not_as_they_should_be_are_refused_with_nothing_written(
    tmp_path: Path,
    classes: Path,
    change: Callable[[list[Row]], list[Row]],
    options: tuple[str, ...],
    kind: type[DetailedError],
) -> None:
    table(tmp_path, classes, change)
    with shell(tmp_path) as terminal:
        terminal.refused(kind, *COMMAND, *options)
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]


def test_columns_that_are_not_clear_are_listed(tmp_path: Path, classes: Path) -> None:
    flat(classes, tmp_path / "photos")
    rows = [(path.name, path.parent.name, "x") for path in images(classes)]
    write_table(tmp_path / "photos" / "labels.csv", [("file", "species 1", "note"), *rows])
    with shell(tmp_path) as terminal:
        error = terminal.refused(UnclearColumnError, *COMMAND)
        assert (error.role, error.columns) == ("label", ("file", "species 1", "note"))
        assert [path.name for path in tmp_path.iterdir()] == ["photos"]
        terminal.run(*COMMAND, "--label-column", "species 1")


def test_a_torn_archive_is_refused_with_nothing_written(tmp_path: Path, classes: Path) -> None:
    archive = zipped(classes, tmp_path / "photos.zip")
    archive.write_bytes(archive.read_bytes().replace(b"IDAT", b"XXXX"))
    with shell(tmp_path) as terminal:
        error = terminal.refused(DamagedPackageError, *COMMAND[:4], "photos.zip", *COMMAND[5:])
    assert error.where == "photos.zip"
    assert [path.name for path in tmp_path.iterdir()] == ["photos.zip"]


def test_a_folder_that_exists_and_an_impossible_size_are_refused_before_images_are_listed(tmp_path: Path) -> None:
    (tmp_path / "data" / "photos").mkdir(parents=True)
    with shell(tmp_path) as terminal:
        assert terminal.refused(DataExistError, *COMMAND).where == "data/photos"
        assert terminal.refused(ImageSizeError, *COMMAND[:6], 0, "--out", "more").where == "image size"
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_layouts_are_of_your_own_images_alone(tmp_path: Path) -> None:
    with shell(tmp_path) as terminal:
        command = ("prepare", "--dataset", "digits", "--layout", "table", "--out", "data")
        assert terminal.refused(ArgumentError, *command).argument == "layout"
    assert not list(tmp_path.iterdir())
