"""Tiny-ImageNet, from a miniature in exactly its layout."""

from pathlib import Path

import pytest

from pipelines.datasets.folder import ReadLayout, folder
from pipelines.datasets.layouts.agreement import DisagreementError, FileWithoutLabelError, LabelWithoutFileError
from pipelines.datasets.layouts.listing import HowToRead
from pipelines.datasets.layouts.tables import TableError
from tests.pipelines.datasets.layouts.written import hashes, images, photographs, prepared, tiny, zipped


def test_it_is_recognised_and_read_as_the_class_folders_of_its_images(tmp_path: Path) -> None:
    classes = photographs(tmp_path / "classes", ("train", "val"), each=10)
    expected = prepared(classes, tmp_path / "expected")
    source = tiny(tmp_path / "tiny-imagenet-200", classes)
    read: list[ReadLayout] = []
    dataset = folder(source, on_layout=read.append)
    assert (read[0].layout, read[0].recognised) == ("tiny-imagenet", True)
    assert dataset.made == "val as found; test 15% of train, stratified, seed 0"
    assert str(source / "train" / "cat" / "cat_boxes.txt") in dataset.left_out
    assert hashes(prepared(source, tmp_path / "data")) == hashes(expected)
    packed = zipped(source, tmp_path / "tiny.zip", "tiny-imagenet-200/")
    assert hashes(prepared(packed, tmp_path / "packed")) == hashes(expected)


def test_the_images_to_test_on_have_no_labels_and_are_left_out(tmp_path: Path, classes: Path) -> None:
    source = tiny(tmp_path / "tiny", classes)
    left_out = folder(source).left_out
    assert {Path(path).name for path in left_out} >= {path.name for path in images(classes / "test")}


def test_the_list_and_the_images_have_to_agree(tmp_path: Path, classes: Path) -> None:
    source = tiny(tmp_path / "tiny", classes)
    listed = source / "val" / "val_annotations.txt"
    whole = listed.read_text().splitlines(keepends=True)
    listed.write_text("".join([*whole, "gone.JPEG\tcat\t0\t0\t1\t1\n"]))
    with pytest.raises(LabelWithoutFileError) as refused:
        folder(source)
    assert refused.value.names == ("gone.JPEG",)
    listed.write_text("".join(whole[1:]))
    with pytest.raises(FileWithoutLabelError) as bare:
        folder(source)
    assert bare.value.images == (str(source / "val" / "images" / whole[0].partition("\t")[0]),)
    listed.write_text("".join([*whole, whole[0].replace("\tcat", "\tdog")]))
    with pytest.raises(DisagreementError) as two:
        folder(source)
    assert two.value.said == ("cat", "dog")
    assert two.value.by == (f"{listed}:1", f"{listed}:{len(whole) + 1}")
    listed.write_text("".join([*whole, "torn.JPEG\n"]))
    with pytest.raises(TableError) as torn:
        folder(source)
    assert torn.value.number == len(whole) + 1


def test_validation_images_that_were_sorted_into_folders_have_to_agree(tmp_path: Path, classes: Path) -> None:
    source = tiny(tmp_path / "tiny", classes)
    for path in images(source / "val"):
        label = "cat" if "c" in path.stem else "dog"
        (source / "val" / label / "images").mkdir(parents=True, exist_ok=True)
        path.rename(source / "val" / label / "images" / path.name)
    (source / "val" / "images").rmdir()
    assert len(folder(source).splits["val"]) == len(images(classes / "val"))
    moved = images(source / "val" / "cat")[0]
    moved.rename(source / "val" / "dog" / "images" / moved.name)
    with pytest.raises(DisagreementError) as refused:
        folder(source)
    assert refused.value.said == ("cat", "dog")
    assert refused.value.by[1] == "its folder"


def test_without_its_list_it_is_another_layout(tmp_path: Path, classes: Path) -> None:
    with pytest.raises(TableError) as refused:
        folder(classes, how=HowToRead(layout="tiny-imagenet"))
    assert refused.value.where == str(classes / "val_annotations.txt")
