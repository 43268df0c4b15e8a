"""Parquet files as Hugging Face's ``datasets`` writes them."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.datasets.folder import folder
from pipelines.datasets.groups import counted_groups
from pipelines.datasets.layouts.listing import Columns, HowToRead
from pipelines.datasets.layouts.parquet import ParquetError, ParquetRowError
from pipelines.datasets.layouts.scratch import Scratch, Unpacking, scratch_beside
from pipelines.errors import NoColumnError, UnclearColumnError
from pipelines.split import SPLITS
from tests.pipelines.datasets.layouts.written import (
    CLASSES,
    hashes,
    images,
    photographs,
    prepared,
    split_of,
    tarred,
    write_parquet,
)

# What datasets 5.2.0 wrote of an imagefolder with to_parquet, by pyarrow.parquet.read_schema.
SCHEMA = pa.schema(
    [("image", pa.struct([("bytes", pa.binary()), ("path", pa.string())])), ("label", pa.int64())],
    metadata={
        "huggingface": '{"info": {"features": {"image": {"_type": "Image"}, '
        '"label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}}}'
    },
)


def of_split(classes: Path, split: str) -> list[Path]:
    return [path for path in images(classes) if split_of(path) == split]


def test_the_files_of_these_tests_are_as_datasets_writes_them(tmp_path: Path, classes: Path) -> None:
    written = pq.read_schema(write_parquet(tmp_path / "a.parquet", images(classes)))
    assert written.equals(SCHEMA, check_metadata=True)


@pytest.mark.parametrize(
    "name", ["data/{}-00000-of-00001.parquet", "{}.parquet", "default/{}/0000.parquet"], ids=["hub", "plain", "folders"]
)
def test_splits_are_those_of_files_or_folders(tmp_path: Path, classes: Path, stored: dict[str, str], name: str) -> None:
    for split, called in zip(SPLITS, ("train", "validation", "test"), strict=True):
        write_parquet(tmp_path / "photos" / name.format(called), of_split(classes, split))
    assert hashes(prepared(tmp_path / "photos", tmp_path / "data")) == stored
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "photos"]


def test_a_split_in_several_files_an_archive_and_other_columns_are_read(
    tmp_path: Path, classes: Path, stored: dict[str, str]
) -> None:
    for part in range(2):
        some = of_split(classes, "train")[4 * part : 4 * part + 4]
        write_parquet(tmp_path / "p" / f"train-{part:05d}-of-00002.parquet", some, caption=["x"] * len(some))
    for split in ("val", "test"):
        some = of_split(classes, split)
        write_parquet(tmp_path / "p" / f"{split}.parquet", some, caption=["x"] * len(some))
    assert hashes(prepared(tarred(tmp_path / "p", tmp_path / "p.tar"), tmp_path / "data")) == stored


def test_splits_and_groups_of_columns_are_read(tmp_path: Path, classes: Path, stored: dict[str, str]) -> None:
    files = images(classes)
    splits, groups = [split_of(path) for path in files], [path.stem for path in files]
    source = write_parquet(tmp_path / "all.parquet", files, split=splits, patient=groups)
    manifest = prepared(source, tmp_path / "data")
    assert hashes(manifest) == stored
    assert manifest.name == "all"
    with scratch_beside(tmp_path / "more") as scratch:
        dataset = counted_groups(folder(source, scratch=scratch))
    assert dataset.made.endswith(f"; {len(files)} groups by column patient")


def test_a_column_without_names_of_splits_is_none_of_splits(
    tmp_path: Path, classes: Path, stored: dict[str, str]
) -> None:
    for split in SPLITS:
        some = of_split(classes, split)
        write_parquet(tmp_path / "photos" / f"{split}.parquet", some, dataset=["pets"] * len(some))
    assert hashes(prepared(tmp_path / "photos", tmp_path / "data")) == stored


def test_a_file_without_splits_is_split_and_its_images_are_called_by_row_and_name(tmp_path: Path) -> None:
    root = photographs(tmp_path / "photos", ("train",), each=10)
    source, said = write_parquet(tmp_path / "0.parquet", images(root)), list[Unpacking]()
    with scratch_beside(tmp_path / "data", said.append) as scratch:
        dataset = folder(source, scratch=scratch)
        wheres = sorted(image.where for of in dataset.splits.values() for image in of)
    assert {split: len(of) for split, of in dataset.splits.items()} == {"train": 14, "val": 2, "test": 4}
    assert wheres[0] == f"{source}[0]/tr0c.png"
    (unpacking,) = said
    assert unpacking.where == str(source)
    assert unpacking.size >= sum(path.stat().st_size for path in images(root))


def test_classes_of_text_and_plain_bytes_are_read(tmp_path: Path, classes: Path, stored: dict[str, str]) -> None:
    for split in SPLITS:
        some = of_split(classes, split)
        columns = {
            "jpg": pa.array([path.read_bytes() for path in some], pa.large_binary()),
            "what": pa.array([path.parent.name for path in some]).dictionary_encode(),
        }
        (tmp_path / "photos").mkdir(exist_ok=True)
        pq.write_table(pa.table(columns), tmp_path / "photos" / f"{split}.parquet")
    assert hashes(prepared(tmp_path / "photos", tmp_path / "data")) == stored


def test_two_columns_of_classes_have_to_be_told_apart(tmp_path: Path, classes: Path) -> None:
    """As CIFAR-100 has them."""
    path, names = tmp_path / "a.parquet", {"names": ["animal"], "_type": "ClassLabel"}
    table = pq.read_table(write_parquet(path, images(classes)))
    metadata = table.schema.metadata[b"huggingface"].replace(b'"label"', b'"fine"')
    features = json.loads(metadata)["info"]["features"] | {"coarse": names}
    table = table.rename_columns({"label": "fine"}).append_column("coarse", pa.array([0] * len(table)))
    pq.write_table(table.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})}), path)
    with scratch_beside(tmp_path / "data") as scratch:
        with pytest.raises(UnclearColumnError) as refused:
            folder(path, scratch=scratch)
        assert (refused.value.role, refused.value.columns) == ("label", ("image", "fine", "coarse"))
        named = folder(path, how=HowToRead(columns=Columns(label="fine")), scratch=scratch)
        assert named.classes == CLASSES
        with pytest.raises(NoColumnError) as missing:
            folder(path, how=HowToRead(columns=Columns(label="label")), scratch=scratch)
        assert missing.value.column == "label"


def changed(classes: Path, path: Path, row: int, **values: object) -> Path:
    """A Parquet file with other values in a row."""
    table = pq.read_table(write_parquet(path, images(classes)))
    rows = table.to_pylist()
    rows[row] |= values
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)
    return path


@pytest.mark.parametrize(
    ("values", "column"),
    [
        ({"label": -1}, "label"),
        ({"label": 2}, "label"),
        ({"label": None}, "label"),
        ({"image": None}, "image"),
        ({"image": {"bytes": None, "path": "/photos/1.png"}}, "image"),
    ],
)
def test_a_row_without_a_class_or_an_image_is_named(
    tmp_path: Path, classes: Path, values: dict[str, object], column: str
) -> None:
    path = changed(classes, tmp_path / "a.parquet", 5, **values)
    with scratch_beside(tmp_path / "data") as scratch, pytest.raises(ParquetRowError) as refused:
        folder(path, scratch=scratch)
    assert (refused.value.where, refused.value.row, refused.value.column) == (f"{path}[5]", 5, column)
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.parquet"]


def test_a_file_that_is_not_parquet_or_has_no_images_is_named(tmp_path: Path, classes: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1 torn")
    with pytest.raises(ParquetError) as refused:
        folder(tmp_path, scratch=Scratch(tmp_path / "s"))
    assert refused.value.where == str(tmp_path / "a.parquet")
    pq.write_table(pa.table({"text": ["a"], "label": [0]}), tmp_path / "a.parquet")
    with pytest.raises(UnclearColumnError) as none:
        folder(tmp_path, scratch=Scratch(tmp_path / "s"))
    assert none.value.role == "file"
    with pytest.raises(ParquetError) as absent:
        folder(classes, how=HowToRead(layout="parquet"))
    assert absent.value.where == str(classes)
