"""Images that are there twice are reported where that misleads."""

from pathlib import Path

from pipelines.datasets import folder
from pipelines.storage.duplicates import Duplicate
from pipelines.storage.manifest import (
    read_manifest,
)
from pipelines.storage.prepare import prepare
from tests.pipelines.storage.sets import photographs


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
