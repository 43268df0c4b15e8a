"""Images that are there twice are reported where that misleads."""

from pathlib import Path

from PIL import Image

from pipelines.datasets import LabelledImage, folder
from pipelines.split import SPLITS, Split
from pipelines.storage.duplicates import Duplicate, duplicates
from pipelines.storage.manifest import (
    read_manifest,
)
from pipelines.storage.prepare import prepare
from tests.pipelines.storage.sets import landscape, photographs


def test_images_in_two_splits_are_reported(tmp_path: Path) -> None:
    root = photographs(tmp_path / "photos")
    leaked = root / "test" / "dog" / "leaked.png"
    leaked.write_bytes((root / "train" / "cat" / "3.png").read_bytes())
    found: list[Duplicate] = []
    manifest = prepare(folder(root), tmp_path / "data", image_size=8, on_duplicate=found.append)
    (twice,) = found
    assert (twice.one.where, twice.one.split) == (str(root / "train" / "cat" / "3.png"), "train")
    assert (twice.other.where, twice.other.split) == (str(leaked), "test")
    assert manifest.duplicates == read_manifest(tmp_path / "data").duplicates == 1


def test_images_in_two_classes_are_reported_and_those_twice_in_one_are_not(tmp_path: Path) -> None:
    root = photographs(tmp_path / "photos")
    first = root / "train" / "cat" / "3.png"
    for copy in ("dog/9.png", "cat/99.png"):
        (root / "train" / copy).write_bytes(first.read_bytes())
    found: list[Duplicate] = []
    manifest = prepare(folder(root), tmp_path / "data", image_size=8, on_duplicate=found.append)
    (twice,) = found
    assert {twice.one.where, twice.other.where} == {str(first), str(root / "train" / "dog" / "9.png")}
    assert twice.in_two_classes
    assert not twice.in_two_splits
    assert manifest.duplicates == 0, "in two splits"


def given_landscapes(root: Path) -> Path:
    for number, place in enumerate(f"{split}/{name}/{n}.jpg" for split in SPLITS for name in "ab" for n in range(3)):
        landscape(root / place, number)
    return root


def test_an_image_that_nearly_equals_one_in_another_given_split_is_reported(tmp_path: Path) -> None:
    """Encoded again, and smaller; the splits stay as they are."""
    root = given_landscapes(tmp_path / "photos")
    with Image.open(root / "train" / "a" / "1.jpg") as image:
        image.resize((120, 90)).save(root / "test" / "b" / "again.jpg", quality=50)
    found: list[Duplicate] = []
    manifest = prepare(folder(root), tmp_path / "data", image_size=64, on_duplicate=found.append)
    (pair,) = found
    assert (pair.one.where, pair.other.where) == (
        str(root / "train" / "a" / "1.jpg"),
        str(root / "test" / "b" / "again.jpg"),
    )
    assert pair.nearly
    assert pair.in_two_splits
    assert manifest.duplicates == 0, "equal ones"
    assert [manifest.splits[split].images for split in SPLITS] == [6, 6, 7]


def test_an_equal_image_is_not_reported_as_a_nearly_equal_one_too(tmp_path: Path) -> None:
    root = given_landscapes(tmp_path / "photos")
    (root / "val" / "a" / "again.jpg").write_bytes((root / "train" / "a" / "1.jpg").read_bytes())
    found: list[Duplicate] = []
    prepare(folder(root), tmp_path / "data", image_size=64, on_duplicate=found.append)
    assert [pair.nearly for pair in found] == [False]


def test_nearly_equal_images_of_many_classes_are_reported_once_each() -> None:
    def of_classes(split: str) -> list[LabelledImage]:
        return [LabelledImage(where=f"{split}-{label}", label=label) for label in range(50)]

    splits: dict[Split, list[LabelledImage]] = {"train": of_classes("train"), "val": of_classes("val"), "test": []}
    digests = {split: [image.where.encode() for image in images] for split, images in splits.items()}
    found = duplicates(splits, digests, {split: [7] * len(images) for split, images in splits.items()})
    assert [pair.other.where for pair in found] == [f"val-{label}" for label in range(50)]
    assert all(pair.nearly and pair.in_two_splits for pair in found)
