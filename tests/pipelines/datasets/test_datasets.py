"""Folders of images, in every layout that users have."""

import os
from pathlib import Path

import pytest

from pipelines.datasets import folder
from pipelines.datasets.folder import NoSuchFolderError, UnknownClassError, UnreadKindError
from pipelines.datasets.images import (
    ClassNameError,
    EmptyClassError,
    TooFewClassesError,
)
from pipelines.datasets.layouts.class_folders import (
    NoClassesError,
    NoTrainingSplitError,
    SplitTwiceError,
    UnknownSplitError,
)
from pipelines.errors import UnreadableImagesError
from pipelines.storage.prepare import prepare
from tests.helpers import shared
from tests.pipelines.datasets.pictures import paint, paint_classes


def test_a_folder_that_is_split_is_taken_as_it_is(tmp_path: Path) -> None:
    for split, count in (("train", 5), ("val", 2), ("test", 3)):
        paint_classes(tmp_path / split, {"cat": count, "dog": count})
    dataset = folder(tmp_path)
    assert dataset.classes == ("cat", "dog")
    assert {split: len(images) for split, images in dataset.splits.items()} == {"train": 10, "val": 4, "test": 6}
    assert dataset.made == "split as found"


@pytest.mark.parametrize("name", ["valid", "validation"])
def test_the_validation_split_has_several_names(tmp_path: Path, name: str) -> None:
    paint_classes(tmp_path / "train", {"cat": 10, "dog": 10})
    paint_classes(tmp_path / name, {"cat": 3, "dog": 3})
    dataset = folder(tmp_path)
    assert len(dataset.splits["val"]) == 6
    assert dataset.made == "val as found; test 15% of train, stratified, seed 0"


def test_a_training_split_alone_is_not_said_to_be_as_found(tmp_path: Path) -> None:
    paint_classes(tmp_path / "train", {"cat": 20, "dog": 20})
    assert folder(tmp_path).made == "test 15% of train, stratified, seed 0; val 15% of train, stratified, seed 0"


def test_a_small_class_is_in_each_split(tmp_path: Path) -> None:
    """All four dogs were for training."""
    paint_classes(tmp_path, {"cat": 200, "dog": 4})
    dogs = {split: sum(image.label for image in images) for split, images in folder(tmp_path).splits.items()}
    assert dogs == {"train": 2, "val": 1, "test": 1}


def test_a_folder_of_classes_is_split(tmp_path: Path) -> None:
    paint_classes(tmp_path, {"cat": 20, "dog": 20, ".cache": 1})
    dataset = folder(tmp_path, seed=3)
    assert dataset.classes == ("cat", "dog")
    assert {split: len(images) for split, images in dataset.splits.items()} == {"train": 28, "val": 6, "test": 6}
    assert dataset.made == "test 15% of train, stratified, seed 3; val 15% of train, stratified, seed 3"


def test_other_files_among_the_images_are_left_out(tmp_path: Path) -> None:
    paint_classes(tmp_path, {"cat": 20, "dog": 20})
    (tmp_path / "cat" / "notes.txt").write_text("not an image")
    paint(tmp_path / "loose.jpg")
    dataset = folder(tmp_path)
    assert sum(len(images) for images in dataset.splits.values()) == 40
    assert dataset.left_out == (str(tmp_path / "cat" / "notes.txt"), str(tmp_path / "loose.jpg"))


@pytest.mark.parametrize("split", ["", "train"])
def test_what_programs_leave_beside_images_is_left_out(tmp_path: Path, split: str) -> None:
    """Archives made on a Mac had a class __MACOSX and files that no program reads."""
    paint_classes(tmp_path / split, {"cat": 20, "dog": 20})
    root = tmp_path / split
    for place in ("__MACOSX/cat/._0.jpg", "cat/._0.jpg", "__MACOSX/._cat", "cat/Thumbs.db", "Thumbs.db", ".DS_Store"):
        junk = (tmp_path if place == "__MACOSX/cat/._0.jpg" else root) / place
        junk.parent.mkdir(parents=True, exist_ok=True)
        junk.write_bytes(b"\0\5\x16\7")
    paint(tmp_path / split / "dog" / ".ipynb_checkpoints" / "0-checkpoint.jpg")
    dataset = folder(tmp_path)
    assert dataset.classes == ("cat", "dog")
    assert sum(len(images) for images in dataset.splits.values()) == 40
    assert dataset.left_out == (), "they are nobody's, so nobody need be told"


def test_an_image_that_is_a_link_to_nothing_is_named(tmp_path: Path) -> None:
    """On a disk that is not mounted, for instance; it was left out in silence."""
    paint_classes(tmp_path / "photos", {"cat": 20, "dog": 20})
    (tmp_path / "photos" / "cat" / "away.jpg").symlink_to(tmp_path / "nowhere.jpg")
    with pytest.raises(UnreadableImagesError) as refused:
        prepare(folder(tmp_path / "photos"), tmp_path / "out", image_size=8)
    (failure,) = refused.value.failures
    assert failure.where == str(tmp_path / "photos" / "cat" / "away.jpg")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("train", "val", "test"),
    [("Training", "Dev", "Testing"), ("train", "Val", "TEST"), ("TRAIN", "Validation", "Test")],
)
def test_splits_have_several_names_in_any_case(tmp_path: Path, train: str, val: str, test: str) -> None:
    for split, count in ((train, 5), (val, 2), (test, 3)):
        paint_classes(tmp_path / split, {"cat": count, "dog": count})
    dataset = folder(tmp_path)
    assert {split: len(images) for split, images in dataset.splits.items()} == {"train": 10, "val": 4, "test": 6}
    assert dataset.made == "split as found"


def test_a_folder_beside_the_splits_that_is_none_of_them_is_named(tmp_path: Path) -> None:
    """``holdout`` was ignored, and a test split drawn from the training images."""
    for split in ("train", "holdout"):
        paint_classes(tmp_path / split, {"cat": 5, "dog": 5})
    with pytest.raises(UnknownSplitError) as refused:
        folder(tmp_path)
    assert (refused.value.where, refused.value.names) == (str(tmp_path), ("holdout",))


def test_two_folders_of_one_split_are_named(tmp_path: Path) -> None:
    for split in ("train", "val", "validation"):
        paint_classes(tmp_path / split, {"cat": 5, "dog": 5})
    with pytest.raises(SplitTwiceError) as refused:
        folder(tmp_path)
    assert refused.value.split == "val"
    assert refused.value.folders == (tmp_path / "val", tmp_path / "validation")


@pytest.mark.parametrize("beside", [(), ("cat", "dog")])
def test_splits_without_images_to_train_on_are_no_classes(tmp_path: Path, beside: tuple[str, ...]) -> None:
    for split in ("Val", "test"):
        paint_classes(tmp_path / split, {"cat": 5, "dog": 5})
    paint_classes(tmp_path, dict.fromkeys(beside, 5))
    with pytest.raises(NoTrainingSplitError) as refused:
        folder(tmp_path)
    assert set(refused.value.names) == {"Val", "test"}


def test_classes_may_be_named_as_splits(tmp_path: Path) -> None:
    """Photographs of vehicles: a folder of images, not of classes, is a class."""
    paint_classes(tmp_path, {"bus": 20, "car": 20, "train": 20})
    assert folder(tmp_path).classes == ("bus", "car", "train")


def test_photographs_that_nothing_here_reads_are_named(tmp_path: Path) -> None:
    paint_classes(tmp_path, {"cat": 5, "dog": 5})
    (tmp_path / "dog" / "IMG_1.HEIC").write_bytes(b"from a telephone")
    with pytest.raises(UnreadKindError) as refused:
        folder(tmp_path)
    assert refused.value.images == (str(tmp_path / "dog" / "IMG_1.HEIC"),)


def test_a_class_without_images_is_named(tmp_path: Path) -> None:
    paint_classes(tmp_path, {"cat": 20, "dog": 0})
    with pytest.raises(EmptyClassError) as refused:
        folder(tmp_path)
    assert refused.value.where == str(tmp_path / "dog")


def test_a_class_that_training_lacks_is_named(tmp_path: Path) -> None:
    paint_classes(tmp_path / "train", {"cat": 5, "dog": 5})
    paint_classes(tmp_path / "test", {"cat": 5, "cow": 5})
    with pytest.raises(UnknownClassError) as refused:
        folder(tmp_path)
    assert (refused.value.names, refused.value.split) == (("cow",), "test")
    assert refused.value.where == str(tmp_path / "test" / "cow" / "0.jpg")


def test_a_folder_that_is_not_there_or_has_no_classes_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoSuchFolderError) as missing:
        folder(tmp_path / "nowhere")
    assert missing.value.where == str(tmp_path / "nowhere")
    with pytest.raises(NoClassesError) as empty:
        folder(tmp_path)
    assert empty.value.where == str(tmp_path)
    paint_classes(tmp_path, {"cat": 20})
    with pytest.raises(TooFewClassesError) as one:
        folder(tmp_path)
    assert one.value.classes == ("cat",)


def test_a_class_whose_name_is_not_utf_8_is_refused_and_a_folder_is_called_otherwise(tmp_path: Path) -> None:
    source = tmp_path / os.fsdecode(b"caf\xe9")
    paint_classes(source, {"cat": 20, "dog": 20})
    assert folder(source).name == "caf\ufffd"
    paint_classes(source, {os.fsdecode(b"ch\xe9vre"): 20})
    with pytest.raises(ClassNameError) as refused:
        folder(source)
    assert refused.value.where == r"'ch\udce9vre'"


def test_the_grocery_photographs_are_read_whole() -> None:
    dataset = folder(shared("datasets/grocery"))
    assert len(dataset.classes) == 81
    assert {split: len(images) for split, images in dataset.splits.items()} == {"train": 2640, "val": 296, "test": 2485}
