"""Hugging Face's imagefolder: ``metadata.csv`` and ``metadata.jsonl`` beside images."""

import json
from pathlib import Path

import pytest

from pipelines.datasets.folder import ReadLayout, folder
from pipelines.datasets.groups import counted_groups
from pipelines.datasets.layouts.agreement import DisagreementError, FileWithoutLabelError, LabelWithoutFileError
from pipelines.datasets.layouts.labelled import NoTableError
from pipelines.datasets.layouts.listing import Columns, HowToRead
from pipelines.datasets.layouts.tables import TableError
from pipelines.split import SPLITS
from tests.pipelines.datasets.layouts.written import (
    copied,
    flat,
    hashes,
    images,
    prepared,
    split_of,
    write_table,
)


def lines(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_table_in_each_split_is_read(tmp_path: Path, classes: Path, stored: dict[str, str], kind: str) -> None:
    for split, called in zip(SPLITS, ("train", "validation", "test"), strict=True):
        inside = flat(classes / split, tmp_path / "photos" / called)
        rows = [(path.name, path.parent.name) for path in images(classes / split)]
        if kind == "csv":
            write_table(inside / "metadata.csv", [("file_name", "label"), *rows])
        else:
            lines(inside / "metadata.jsonl", [{"file_name": name, "label": label, "box": [1]} for name, label in rows])
    read: list[ReadLayout] = []
    folder(tmp_path / "photos", on_layout=read.append)
    assert (read[0].layout, read[0].recognised) == ("imagefolder", True)
    assert "classes in column label" in read[0].said
    assert hashes(prepared(tmp_path / "photos", tmp_path / "data")) == stored


def test_equal_names_in_folders_of_images_are_those_of_the_split_of_the_table(tmp_path: Path, classes: Path) -> None:
    for split in SPLITS:
        (tmp_path / split / "images").mkdir(parents=True)
        rows = []
        for number, path in enumerate(images(classes / split)):
            (tmp_path / split / "images" / f"{number}.png").write_bytes(path.read_bytes())
            rows.append((f"{number}.png", path.parent.name))
        write_table(tmp_path / split / "metadata.csv", [("file_name", "label"), *rows])
    assert {split: len(of) for split, of in folder(tmp_path).splits.items()} == dict.fromkeys(SPLITS, 8)


def test_one_table_above_the_splits_is_read(tmp_path: Path, classes: Path, stored: dict[str, str]) -> None:
    source = tmp_path / "photos"
    for split in SPLITS:
        flat(classes / split, source / split)
    rows = [
        {"file_name": f"{path.parent.parent.name}/{path.name}", "label": path.parent.name} for path in images(classes)
    ]
    lines(source / "metadata.jsonl", rows)
    assert hashes(prepared(source, tmp_path / "data")) == stored


def test_a_table_without_classes_leaves_them_to_folders(tmp_path: Path, classes: Path, stored: dict[str, str]) -> None:
    source = copied(classes, tmp_path / "photos")
    names = [str(path.relative_to(classes)) for path in images(classes)]
    rows = [(name, "a photograph", Path(name).stem) for name in names[2:]]
    write_table(source / "metadata.csv", [("file_name", "text", "patient"), *rows])
    assert hashes(prepared(source, tmp_path / "data")) == stored
    made = counted_groups(folder(source)).made
    assert made == f"split as found; {len(rows)} groups by column patient, 2 images in no group"


def test_a_table_without_classes_has_splits(tmp_path: Path, classes: Path, stored: dict[str, str]) -> None:
    source = tmp_path / "photos"
    for split in SPLITS:
        for name in ("cat", "dog"):
            copied(classes / split / name, source / name)
    rows = [(f"{path.parent.name}/{path.name}", split_of(path)) for path in images(classes)]
    write_table(source / "metadata.csv", [("file_name", "split"), *rows])
    assert hashes(prepared(source, tmp_path / "data")) == stored


def test_both_tables_and_the_folder_have_to_agree(tmp_path: Path, classes: Path) -> None:
    source = flat(classes, tmp_path / "photos")
    rows = [(path.name, path.parent.name) for path in images(classes)]
    write_table(source / "metadata.csv", [("file_name", "label"), *rows])
    lines(source / "metadata.jsonl", [{"file_name": rows[3][0], "label": "dog" if rows[3][1] == "cat" else "cat"}])
    with pytest.raises(DisagreementError) as refused:
        folder(source)
    assert refused.value.where == str(source / rows[3][0])
    assert set(refused.value.said) == {"cat", "dog"}
    assert refused.value.by == (f"{source}/metadata.csv:5", f"{source}/metadata.jsonl:1")


def test_lines_and_images_that_lack_each_other_are_named(tmp_path: Path, classes: Path) -> None:
    source = flat(classes, tmp_path / "photos")
    rows = [(path.name, path.parent.name) for path in images(classes)]
    write_table(source / "metadata.csv", [("file_name", "label"), *rows, ("gone.png", "cat")])
    with pytest.raises(LabelWithoutFileError) as refused:
        folder(source)
    assert refused.value.names == ("gone.png",)
    write_table(source / "metadata.csv", [("file_name", "label"), *rows[1:]])
    with pytest.raises(FileWithoutLabelError) as bare:
        folder(source)
    assert bare.value.images == (str(source / rows[0][0]),)


def test_a_line_that_is_not_json_and_a_missing_table_are_named(tmp_path: Path, classes: Path) -> None:
    source = flat(classes, tmp_path / "photos")
    (source / "metadata.jsonl").write_text('{"file_name": "a.png"}\nfile_name: b.png\n')
    with pytest.raises(TableError) as refused:
        folder(source)
    assert (refused.value.where, refused.value.number) == (f"{source}/metadata.jsonl:2", 2)
    with pytest.raises(NoTableError) as none:
        folder(classes, how=HowToRead(layout="imagefolder"))
    assert none.value.where == str(classes)


def test_columns_are_named_where_they_are_not_clear(tmp_path: Path, classes: Path, stored: dict[str, str]) -> None:
    source = flat(classes, tmp_path / "photos")
    rows = [(path.name, 7, path.parent.name, path.parent.parent.name) for path in images(classes)]
    write_table(source / "metadata.csv", [("file_name", "label", "kind", "part"), *rows])
    how = HowToRead(columns=Columns(label="kind", split="part"))
    assert hashes(prepared(source, tmp_path / "data", how)) == stored
