"""Where images come from: digits, folders in every layout, CIFAR's official archive."""

import hashlib
import pickle
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from pipelines.datasets import cifar, digits, folder
from pipelines.datasets.folder import (
    NoClassesError,
    NoSuchFolderError,
    NoTrainingSplitError,
    SplitTwiceError,
    UnknownClassError,
    UnknownSplitError,
    UnreadKindError,
)
from pipelines.datasets.images import (
    EmptyClassError,
    LabelledImage,
    TooFewClassesError,
    UnknownGreyError,
    UnreadableImageError,
)
from pipelines.datasets.splits import split_off
from pipelines.errors import NoArchiveError
from pipelines.storage.prepare import prepare
from tests.helpers import shared


def paint(path: Path, colour: tuple[int, int, int] = (200, 30, 30), mode: str = "RGB") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (12, 10), colour).convert(mode).save(path)


def paint_classes(root: Path, classes: dict[str, int]) -> None:
    for name, count in classes.items():
        (root / name).mkdir(parents=True, exist_ok=True)
        for index in range(count):
            paint(root / name / f"{index}.jpg")


def test_digits_are_scikit_learns() -> None:
    dataset = digits()
    assert dataset.classes == tuple("0123456789")
    assert sum(len(images) for images in dataset.splits.values()) == 1797
    pixels = np.stack([image.pixels for image in dataset.splits["train"] if image.pixels is not None])
    assert pixels.shape == (1300, 8, 8, 3)
    assert (pixels.min(), pixels.max()) == (0, 255)  # 0 and 16 in the original


def test_digits_split_the_same_way_again_and_overlap_nowhere() -> None:
    def names(seed: int) -> list[set[str]]:
        return [{image.where for image in images} for images in digits(seed).splits.values()]

    assert names(0) == names(0)
    assert names(0) != names(1)
    train, val, test = names(0)
    assert not train & val
    assert not train & test
    assert not val & test


def test_split_off_takes_the_share_of_every_class() -> None:
    images = [LabelledImage(where=str(index), label=index % 3) for index in range(300)]
    rest, part = split_off(images, 0.15, seed=0)
    assert Counter(image.label for image in part) == {0: 15, 1: 15, 2: 15}
    assert sorted((*rest, *part), key=lambda image: int(image.where)) == images


def test_split_off_leaves_every_class_something() -> None:
    images = [LabelledImage(where="a", label=0), LabelledImage(where="b", label=1)]
    rest, part = split_off(images, 0.9, seed=0)
    assert len(rest) == 2
    assert not part


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
    assert "test 15% of train" in dataset.made


def test_a_folder_of_classes_is_split(tmp_path: Path) -> None:
    paint_classes(tmp_path, {"cat": 20, "dog": 20, ".cache": 1})
    dataset = folder(tmp_path, seed=3)
    assert dataset.classes == ("cat", "dog")
    assert {split: len(images) for split, images in dataset.splits.items()} == {"train": 28, "val": 6, "test": 6}
    assert "seed 3" in dataset.made


def test_other_files_among_the_images_are_left_out(tmp_path: Path) -> None:
    paint_classes(tmp_path, {"cat": 20, "dog": 20})
    (tmp_path / "cat" / "notes.txt").write_text("not an image")
    assert sum(len(images) for images in folder(tmp_path).splits.values()) == 40


@pytest.mark.parametrize("split", ["", "train"])
def test_what_programs_leave_beside_images_is_left_out(tmp_path: Path, split: str) -> None:
    """Archives made on a Mac had a class __MACOSX and files that no program reads."""
    paint_classes(tmp_path / split, {"cat": 20, "dog": 20})
    root = tmp_path / split
    for junk in (tmp_path / "__MACOSX" / "cat" / "._0.jpg", root / "cat" / "._0.jpg", root / "__MACOSX" / "._cat"):
        junk.parent.mkdir(parents=True, exist_ok=True)
        junk.write_bytes(b"\0\5\x16\7")
    paint(tmp_path / split / "dog" / ".ipynb_checkpoints" / "0-checkpoint.jpg")
    dataset = folder(tmp_path)
    assert dataset.classes == ("cat", "dog")
    assert sum(len(images) for images in dataset.splits.values()) == 40


def test_an_image_that_is_a_link_to_nothing_is_named(tmp_path: Path) -> None:
    """On a disk that is not mounted, for instance; it was left out in silence."""
    paint_classes(tmp_path / "photos", {"cat": 20, "dog": 20})
    (tmp_path / "photos" / "cat" / "away.jpg").symlink_to(tmp_path / "nowhere.jpg")
    with pytest.raises(UnreadableImageError) as refused:
        prepare(folder(tmp_path / "photos"), tmp_path / "out", image_size=8)
    assert refused.value.where == str(tmp_path / "photos" / "cat" / "away.jpg")
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
    assert refused.value.paths == (tmp_path / "dog" / "IMG_1.HEIC",)


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
    assert refused.value.where == str(tmp_path / "test" / "cow")


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


@pytest.mark.parametrize(
    ("mode", "ending"), [("L", "png"), ("P", "png"), ("CMYK", "jpg"), ("RGBA", "png"), ("1", "png")]
)
def test_every_kind_of_image_becomes_rgb(tmp_path: Path, mode: str, ending: str) -> None:
    paint(tmp_path / f"a.{ending}", (255, 255, 255), mode)
    image = LabelledImage(where=str(tmp_path / f"a.{ending}"), label=0).load()
    assert image.mode == "RGB"
    assert np.asarray(image).mean() > 250


@pytest.mark.parametrize("pixels", [np.full((4, 4), 0.5, np.float32), np.full((4, 4), 1 << 20, np.int32)])
def test_grey_that_does_not_say_what_is_white_is_refused(tmp_path: Path, pixels: NDArray[Any]) -> None:
    Image.fromarray(pixels).save(tmp_path / "deep.tiff")
    with pytest.raises(UnreadableImageError) as refused:
        LabelledImage(where=str(tmp_path / "deep.tiff"), label=0).load()
    assert refused.value.where == str(tmp_path / "deep.tiff")
    assert isinstance(refused.value.__cause__, UnknownGreyError)


def test_photographs_are_turned_upright(tmp_path: Path) -> None:
    image = Image.new("RGB", (30, 10))
    exif = image.getexif()
    exif[0x0112] = 6  # rotated a quarter turn
    image.save(tmp_path / "a.jpg", exif=exif)
    assert LabelledImage(where=str(tmp_path / "a.jpg"), label=0).load().size == (10, 30)


def test_an_unreadable_image_is_named(tmp_path: Path) -> None:
    paint(tmp_path / "a.jpg")
    (tmp_path / "a.jpg").write_bytes((tmp_path / "a.jpg").read_bytes()[:200])
    with pytest.raises(UnreadableImageError) as refused:
        LabelledImage(where=str(tmp_path / "a.jpg"), label=0).load()
    assert refused.value.where == str(tmp_path / "a.jpg")


def test_an_unreadable_image_keeps_the_reason_once_and_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.jpg"
    image = LabelledImage(where=str(path), label=0)
    with pytest.raises(UnreadableImageError) as missing:
        image.load()
    assert isinstance(missing.value.__cause__, FileNotFoundError)
    path.write_bytes(b"no image")
    with pytest.raises(UnreadableImageError) as foreign:
        image.load()
    assert isinstance(foreign.value.__cause__, UnidentifiedImageError)
    assert str(foreign.value).count(str(path)) == 1
    paint(path)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 50)
    with pytest.raises(UnreadableImageError) as large:
        image.load()
    assert isinstance(large.value.__cause__, Image.DecompressionBombError)
    for error in (missing.value, foreign.value, large.value):
        assert error.reason
        assert error.reason in str(error)
        assert "\n" not in str(error)


def cifar_archive(root: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A miniature in the official layout, with its checksums in place of the official ones."""
    import torchvision.datasets as tv

    kind = {"cifar10": tv.CIFAR10, "cifar100": tv.CIFAR100}[name]
    fine = name == "cifar100"
    classes = 100 if fine else 10
    base = root / kind.base_folder
    base.mkdir(parents=True)

    def dump(filename: str, values: dict[str, object]) -> str:
        (base / filename).write_bytes(pickle.dumps(values))
        return hashlib.md5((base / filename).read_bytes()).hexdigest()

    def batch(filename: str, each: int) -> list[str]:
        labels = [label for label in range(classes) for _ in range(each)]
        pixels = np.repeat(np.array(labels, dtype=np.uint8)[:, None], 3072, axis=1)
        return [filename, dump(filename, {"data": pixels, "fine_labels" if fine else "labels": labels})]

    monkeypatch.setattr(kind, "train_list", [batch(filename, 10) for filename, _ in kind.train_list])
    monkeypatch.setattr(kind, "test_list", [batch(filename, 2) for filename, _ in kind.test_list])
    names = {kind.meta["key"]: [f"class {label}" for label in range(classes)]}
    monkeypatch.setattr(kind, "meta", kind.meta | {"md5": dump(kind.meta["filename"], names)})


@pytest.mark.parametrize(("name", "train", "test"), [("cifar10", 500, 20), ("cifar100", 1000, 200)])
def test_cifar_is_read_from_its_official_layout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, train: int, test: int
) -> None:
    cifar_archive(tmp_path, name, monkeypatch)
    dataset = cifar(name, tmp_path, download=False)
    assert {split: len(images) for split, images in dataset.splits.items()} == {
        "train": train * 9 // 10,
        "val": train // 10,
        "test": test,
    }
    image = dataset.splits["val"][0]
    assert image.pixels is not None
    assert image.pixels.shape == (32, 32, 3)
    assert (image.pixels == image.label).all()
    assert dataset.classes[3] == "class 3"


def test_a_missing_or_damaged_cifar_archive_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NoArchiveError) as missing:
        cifar("cifar10", tmp_path, download=False)
    assert missing.value.where == str(tmp_path)
    cifar_archive(tmp_path, "cifar10", monkeypatch)
    (tmp_path / "cifar-10-batches-py" / "data_batch_3").write_bytes(b"torn")
    with pytest.raises(NoArchiveError) as damaged:
        cifar("cifar10", tmp_path, download=False)
    assert damaged.value.where == str(tmp_path)


def test_the_grocery_photographs_are_read_whole() -> None:
    dataset = folder(shared("datasets/grocery"))
    assert len(dataset.classes) == 81
    assert {split: len(images) for split, images in dataset.splits.items()} == {"train": 2640, "val": 296, "test": 2485}
