"""CSV and TSV beside images: what is recognised, what has to be named, and what does not agree."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.datasets.folder import NoTableToReadError, UnknownClassError, UnsplitImagesError, folder
from pipelines.datasets.groups import counted_groups
from pipelines.datasets.layouts.agreement import DisagreementError, FileWithoutLabelError, LabelWithoutFileError
from pipelines.datasets.layouts.class_folders import NoTrainingSplitError
from pipelines.datasets.layouts.labelled import CellError, NoTableError
from pipelines.datasets.layouts.listing import Columns, HowToRead
from pipelines.datasets.layouts.tables import TableError
from pipelines.errors import DetailedError, NoColumnError, SplitGroupError, UnclearColumnError
from tests.pipelines.datasets.layouts.written import (
    copied,
    flat,
    hashes,
    images,
    prepared,
    split_of,
    write_table,
    zipped,
)
from tests.pipelines.datasets.pictures import paint

TABLE = HowToRead(layout="table")


def rows(classes: Path, name: Callable[[Path], str] = lambda path: path.name) -> list[tuple[str, str, str]]:
    return [(name(path), path.parent.name, split_of(path)) for path in images(classes)]


@pytest.mark.parametrize(
    ("header", "name", "delimiter"),
    [
        (("file_name", "label", "split"), lambda path: path.name, ","),
        (("Image Path", "class", "subset"), lambda path: f"images/{path.name}", ";"),
        (("filepaths", "labels", "data set"), lambda path: f"images\\{path.name}", "\t"),
        (("id", "breed", "partition"), lambda path: path.stem, ","),
        (("which", "what", "set"), lambda path: path.name, ","),
    ],
    ids=["names", "paths and semicolons", "backslashes and tabs", "no endings", "names that say nothing"],
)
def test_a_table_is_recognised_by_names_and_content(
    tmp_path: Path,
    classes: Path,
    stored: dict[str, str],
    header: tuple[str, ...],
    name: Callable[[Path], str],
    delimiter: str,
) -> None:
    flat(classes, tmp_path / "photos" / "images")
    ending = "tsv" if delimiter == "\t" else "csv"
    write_table(tmp_path / "photos" / f"labels.{ending}", [header, *rows(classes, name)], delimiter)
    assert hashes(prepared(tmp_path / "photos", tmp_path / "data")) == stored


def test_the_order_of_rows_does_not_matter(tmp_path: Path, classes: Path, stored: dict[str, str]) -> None:
    flat(classes, tmp_path / "photos")
    write_table(tmp_path / "photos" / "labels.csv", [("file", "label", "split"), *reversed(rows(classes))])
    assert hashes(prepared(tmp_path / "photos", tmp_path / "data")) == stored


def test_a_table_elsewhere_is_named_and_so_are_its_columns(
    tmp_path: Path, classes: Path, stored: dict[str, str]
) -> None:
    flat(classes, tmp_path / "photos")
    table = [(number, *row, "x") for number, row in enumerate(rows(classes))]
    path = write_table(tmp_path / "names.csv", [("label", "file", "class", "s", "other"), *table])
    columns = Columns(file="file", label="class", split="s")
    how = HowToRead(labels=(path,), columns=columns)
    assert hashes(prepared(tmp_path / "photos", tmp_path / "data", how)) == stored


def test_a_table_in_an_archive_is_named_by_its_path_there(
    tmp_path: Path, classes: Path, stored: dict[str, str]
) -> None:
    flat(classes, tmp_path / "photos" / "images")
    (tmp_path / "photos" / "lists").mkdir()
    write_table(tmp_path / "photos" / "lists" / "a.csv", [("file", "label", "split"), *rows(classes)])
    archive = zipped(tmp_path / "photos", tmp_path / "photos.zip")
    how = HowToRead(labels=(Path("lists/a.csv"),))
    assert hashes(prepared(archive, tmp_path / "data", how)) == stored


def test_splits_are_those_of_tables_or_of_folders(tmp_path: Path, classes: Path, stored: dict[str, str]) -> None:
    by_table, by_folder = tmp_path / "by_table", tmp_path / "by_folder"
    flat(classes, by_table / "images")
    for split in ("train", "val", "test"):
        of_split = [row[:2] for row in rows(classes) if row[2] == split]
        write_table(by_table / f"{split}_labels.csv", [("file", "label"), *of_split])
        flat(classes / split, by_folder / split)
    write_table(by_folder / "labels.csv", [("file", "label"), *(row[:2] for row in rows(classes))])
    assert hashes(prepared(by_table, tmp_path / "one")) == stored
    assert hashes(prepared(by_folder, tmp_path / "two")) == stored


def test_a_table_of_class_folders_that_agrees_is_read(tmp_path: Path, classes: Path, stored: dict[str, str]) -> None:
    source = copied(classes, tmp_path / "photos")
    of_paths = [row[:2] for row in rows(classes, lambda path: str(path.relative_to(classes)))]
    write_table(source / "list.csv", [("path", "label"), *of_paths])
    assert hashes(prepared(source, tmp_path / "data")) == stored


def small(root: Path, table: list[tuple[object, ...]], name: str = "labels.csv") -> Path:
    """Six images of no class, and a table."""
    for number in range(6):
        paint(root / f"{number}.png")
    write_table(root / name, table)
    return root


GOOD: list[tuple[object, ...]] = [("file", "label"), *((f"{number}.png", "ab"[number % 2]) for number in range(6))]


def test_a_label_without_a_file_and_a_file_without_a_label_are_named(tmp_path: Path) -> None:
    with pytest.raises(LabelWithoutFileError) as refused:
        folder(small(tmp_path / "a", [*GOOD, ("7.png", "a"), ("8.png", "b")]))
    assert (refused.value.where, refused.value.names) == (str(tmp_path / "a" / "labels.csv"), ("7.png", "8.png"))
    with pytest.raises(FileWithoutLabelError) as bare:
        folder(small(tmp_path / "b", GOOD[:-1]))
    assert (bare.value.where, bare.value.images) == (
        str(tmp_path / "b" / "labels.csv"),
        (str(tmp_path / "b" / "5.png"),),
    )


def test_what_tables_say_of_an_image_has_to_agree(tmp_path: Path) -> None:
    source = small(tmp_path, GOOD)
    write_table(source / "more.csv", [("file", "label"), ("1.png", "b"), ("2.png", "b")])
    with pytest.raises(DisagreementError) as refused:
        folder(source)
    assert refused.value.where == str(source / "2.png")
    assert refused.value.said == ("a", "b")
    assert refused.value.by == (f"{source}/labels.csv:4", f"{source}/more.csv:3")


@pytest.mark.parametrize(("column", "said"), [("split", ("train", "test")), ("group", ("1", "2"))])
def test_splits_and_groups_of_an_image_have_to_agree(tmp_path: Path, column: str, said: tuple[str, str]) -> None:
    table = [("file", "label", column), ("0.png", "a", said[0]), ("0.png", "a", said[1])]
    with pytest.raises(DisagreementError) as refused:
        folder(small(tmp_path, table), how=HowToRead(columns=Columns(label="label")))
    assert refused.value.said == said


def test_a_folder_that_is_named_as_another_class_does_not_agree(tmp_path: Path) -> None:
    for name in ("cat", "dog"):
        for number in range(2):
            paint(tmp_path / name / f"{name}{number}.png")
    labels = [("cat0.png", "cat"), ("cat1.png", "cat"), ("dog0.png", "dog"), ("dog1.png", "cat")]
    write_table(tmp_path / "labels.csv", [("file", "label"), *labels])
    with pytest.raises(DisagreementError) as refused:
        folder(tmp_path)
    assert refused.value.where == str(tmp_path / "dog" / "dog1.png")
    assert refused.value.said == ("cat", "dog")
    assert refused.value.by == (f"{tmp_path}/labels.csv:5", "its folder")


@pytest.mark.parametrize(
    ("table", "kind", "fields"),
    [
        (
            [("file", "a", "b"), ("0.png", "x", "y")],
            UnclearColumnError,
            {"role": "label", "columns": ("file", "a", "b")},
        ),
        ([("one", "two"), ("no", "a")], UnclearColumnError, {"role": "file", "columns": ("one", "two")}),
        ([("file", "label"), ("0.png", "")], CellError, {"column": "label", "value": ""}),
        ([("file", "label"), ("", "a")], CellError, {"column": "file", "value": ""}),
        ([("file", "label", "split"), ("0.png", "a", "train"), ("1.png", "a", "hold")], CellError, {"value": "hold"}),
        ([("file", "label"), ("0.png", "a", "b")], TableError, {"number": 2}),
        ([("file", "label")], TableError, {"number": None}),
        ([("file", "file"), ("0.png", "a")], TableError, {"number": 1}),
    ],
    ids=["classes", "files", "no class", "no file", "no split", "cells", "rows", "twice"],
)
def test_a_table_that_can_not_be_read_says_where(
    tmp_path: Path, table: list[tuple[object, ...]], kind: type[DetailedError], fields: dict[str, object]
) -> None:
    with pytest.raises(kind) as refused:
        folder(small(tmp_path, table), how=TABLE)
    assert {name: getattr(refused.value, name) for name in fields} == fields
    assert refused.value.where.startswith(str(tmp_path / "labels.csv"))


def test_a_table_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    small(tmp_path, GOOD)
    (tmp_path / "labels.csv").write_bytes(b"file,label\n0.png,ch\xe8vre\n")
    with pytest.raises(TableError) as refused:
        folder(tmp_path)
    assert refused.value.where == str(tmp_path / "labels.csv")


def test_a_file_that_several_images_may_be_is_named(tmp_path: Path) -> None:
    for place in ("x", "y"):
        paint(tmp_path / "images" / place / "1.png")
    write_table(tmp_path / "labels.csv", [("file", "label"), ("1.png", "a")])
    with pytest.raises(CellError) as refused:
        folder(tmp_path, how=TABLE)
    assert (refused.value.column, refused.value.value) == ("file", "1.png")


def test_a_column_and_a_table_that_are_not_there_are_named(tmp_path: Path) -> None:
    source = small(tmp_path / "photos", GOOD)
    with pytest.raises(NoColumnError) as refused:
        folder(source, how=HowToRead(columns=Columns(label="species")))
    assert (refused.value.column, refused.value.columns) == ("species", ("file", "label"))
    with pytest.raises(NoTableError) as missing:
        folder(source, how=HowToRead(labels=(Path("nowhere.csv"),)))
    assert missing.value.where == "nowhere.csv"
    (source / "labels.csv").unlink()
    with pytest.raises(NoTableError) as none:
        folder(source, how=TABLE)
    assert none.value.where == str(source)


def test_columns_without_a_table_are_refused(tmp_path: Path, classes: Path) -> None:
    with pytest.raises(NoTableToReadError) as refused:
        folder(classes, how=HowToRead(columns=Columns(label="label")))
    assert (refused.value.where, refused.value.layout) == (str(classes), "classes")
    with pytest.raises(NoTableToReadError) as other:
        folder(classes, how=HowToRead(layout="classes", labels=(Path("labels.csv"),)))
    assert other.value.layout == "classes"


def test_splits_of_a_table_need_images_to_train_on_of_all_classes(tmp_path: Path) -> None:
    def split(name: str, of: list[str]) -> Path:
        pairs = zip(GOOD[1:], of, strict=True)
        return small(tmp_path / name, [("file", "label", "split"), *((*row, one) for row, one in pairs)])

    with pytest.raises(NoTrainingSplitError) as refused:
        folder(split("none", ["val"] * 3 + ["test"] * 3))
    assert set(refused.value.names) == {"val", "test"}
    with pytest.raises(UnknownClassError) as alone:
        folder(split("b alone", ["train", "test"] * 3))
    assert (alone.value.names, alone.value.split) == (("b",), "test")
    assert alone.value.where == str(tmp_path / "b alone" / "1.png")


def test_images_in_no_split_beside_others_are_named(tmp_path: Path) -> None:
    for place in ("train", "more"):
        paint(tmp_path / place / f"{place}.png")
    write_table(tmp_path / "labels.csv", [("file", "label"), ("train.png", "a"), ("more.png", "b")])
    with pytest.raises(UnsplitImagesError) as refused:
        folder(tmp_path)
    assert refused.value.images == (str(tmp_path / "more" / "more.png"),)


def test_groups_of_a_column_stay_together(tmp_path: Path) -> None:
    table = [("file", "label", "patient_id")]
    for number in range(60):
        paint(tmp_path / f"{number}.png")
        table.append((f"{number}.png", "ab"[number % 2], f"p{number // 4}" if number < 56 else ""))
    write_table(tmp_path / "labels.csv", table)
    dataset = counted_groups(folder(tmp_path))
    splits: dict[str | None, set[str]] = {}
    for split, of_split in dataset.splits.items():
        for image in of_split:
            splits.setdefault(image.group, set()).add(split)
    assert len(splits) == 15
    assert all(len(of) == 1 for group, of in splits.items() if group is not None)
    assert dataset.made.endswith("; 14 groups by column patient_id, 4 images in no group")


def test_a_column_that_is_called_set_may_be_of_something_else(tmp_path: Path) -> None:
    table = [(*row, "of 2023") for row in GOOD[1:]]
    assert folder(small(tmp_path, [("file", "label", "set"), *table])).drawn == ("train", "val", "test")


def test_an_empty_name_means_that_there_is_no_such_column(tmp_path: Path) -> None:
    table = [(*row, "train", f"p{number % 2}") for number, row in enumerate(GOOD[1:])]
    source = small(tmp_path, [("file", "label", "split", "group"), *table])
    dataset = folder(source, how=HowToRead(columns=Columns(split="", group="")))
    assert dataset.drawn == ("train", "val", "test")
    assert dataset.grouped_by == ""


def test_tables_in_a_folder_of_their_own_are_read_and_forms_to_fill_in_are_not(
    tmp_path: Path, classes: Path, stored: dict[str, str]
) -> None:
    flat(classes, tmp_path / "photos" / "images")
    (tmp_path / "photos" / "annotations").mkdir()
    write_table(tmp_path / "photos" / "annotations" / "all.csv", [("id", "species", "split"), *rows(classes)])
    form = [("id", "species"), *((row[0], "0") for row in rows(classes))]
    write_table(tmp_path / "photos" / "sample_submission.csv", form)
    assert hashes(prepared(tmp_path / "photos", tmp_path / "data")) == stored


def test_a_group_in_two_given_splits_is_named(tmp_path: Path) -> None:
    splits = ["train", "train", "val", "val", "test", "test"]
    table = [(*row, split, group) for row, split, group in zip(GOOD[1:], splits, "abcdea", strict=True)]
    dataset = folder(small(tmp_path, [("file", "label", "split", "group"), *table]))
    with pytest.raises(SplitGroupError) as refused:
        counted_groups(dataset)
    assert (refused.value.group, refused.value.splits) == ("a", ("train", "test"))
