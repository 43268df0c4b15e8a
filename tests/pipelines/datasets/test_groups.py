"""Images that belong together by what a pattern captures in their names."""

import re
from pathlib import Path

import pytest

from pipelines.datasets import digits, folder
from pipelines.datasets.groups import counted_groups, with_groups
from pipelines.datasets.splits import redrawn
from pipelines.errors import NoGroupsError, NothingToDrawError, SplitGroupError
from tests.pipelines.datasets.pictures import paint


def patients(root: Path, count: int, images: int = 3, at: str = "") -> Path:
    """Cats and dogs of so many patients each, of whom there are several images."""
    for name in ("cat", "dog"):
        for patient in range(count):
            for index in range(images):
                paint(root / at / name / f"{name[0]}{patient}_{index}.png")
    return root


def test_what_a_pattern_captures_stays_together(tmp_path: Path) -> None:
    source = patients(tmp_path, 20)
    dataset = counted_groups(with_groups(folder(source), re.compile(r"/(\w\d+)_\d"), source))
    split_of: dict[str, set[str]] = {}
    for split, images in dataset.splits.items():
        for image in images:
            split_of.setdefault(Path(image.where).name.partition("_")[0], set()).add(split)
    assert len(split_of) == 40
    assert all(len(splits) == 1 for splits in split_of.values())
    assert {split: len(images) for split, images in dataset.splits.items()} == {"train": 84, "val": 18, "test": 18}
    assert dataset.made.endswith(r"; 40 groups by '/(\w\d+)_\d'")


def test_without_a_pattern_they_do_not(tmp_path: Path) -> None:
    dataset = folder(patients(tmp_path, 20))
    test = {Path(image.where).name.partition("_")[0] for image in dataset.splits["test"]}
    assert test & {Path(image.where).name.partition("_")[0] for image in dataset.splits["train"]}


def test_an_image_that_does_not_match_is_alone(tmp_path: Path) -> None:
    source = patients(tmp_path, 20)
    dataset = counted_groups(with_groups(folder(source), re.compile(r"/(c\d+)_\d"), source))
    assert {image.group is None for image in dataset.splits["train"] if "dog" in image.where} == {True}
    assert dataset.made.endswith(", 60 images in no group")


def test_an_image_of_which_empty_text_is_captured_is_alone(tmp_path: Path) -> None:
    source = patients(tmp_path, 20)
    (source / "cat" / "c0_0.png").rename(source / "cat" / "c_0.png")
    dataset = counted_groups(with_groups(folder(source), re.compile(r"/\w(\d*)_\d"), source))
    assert [image.where for of in dataset.splits.values() for image in of if image.group is None] == [
        str(source / "cat" / "c_0.png")
    ]
    assert dataset.made.endswith(", 1 image in no group")
    with pytest.raises(NoGroupsError):
        with_groups(folder(source), re.compile(r"(x*)"), source)


def test_a_pattern_sees_the_path_below_the_source_alone(tmp_path: Path) -> None:
    source = patients(tmp_path / "patient7", 20)
    with pytest.raises(NoGroupsError) as refused:
        with_groups(folder(source), re.compile(r"(patient\d)"), source)
    assert refused.value.pattern == r"(patient\d)"
    assert "cat/c0_" in refused.value.expected


def test_a_group_in_two_given_splits_is_named(tmp_path: Path) -> None:
    for split, count in (("train", 9), ("test", 2)):
        patients(tmp_path, count, at=split)
    with pytest.raises(SplitGroupError) as refused:
        counted_groups(with_groups(folder(tmp_path), re.compile(r"/(\w\d+)_\d"), tmp_path))
    assert (refused.value.group, refused.value.splits, refused.value.others) == ("c0", ("train", "test"), 3)
    assert refused.value.where == str(tmp_path / "train" / "cat" / "c0_0.png")


def test_a_validation_split_drawn_again_may_share_its_groups_with_training(tmp_path: Path) -> None:
    pattern = re.compile(r"/(\w\d+)_\d")
    for split, count in (("train", 9), ("val", 2)):
        patients(tmp_path, count, images=3 if split == "train" else 4, at=split)
    for name in ("cat", "dog"):
        paint(tmp_path / "test" / name / "other.png")
    with pytest.raises(SplitGroupError):
        counted_groups(with_groups(folder(tmp_path), pattern, tmp_path))
    again = counted_groups(with_groups(redrawn(folder(tmp_path), seed=0), pattern, tmp_path))
    of = {split: {image.group for image in images} for split, images in again.splits.items()}
    assert not of["train"] & of["val"]


def test_too_few_groups_to_draw_from_say_how_many_are_needed(tmp_path: Path) -> None:
    source = patients(tmp_path, 2, images=20)
    with pytest.raises(NothingToDrawError) as refused:
        with_groups(folder(source), re.compile(r"/(\w\d+)_\d"), source)
    assert refused.value.needed == 3
    assert refused.value.grouped
    assert not refused.value.near


def test_images_in_memory_are_grouped_by_what_they_are_called() -> None:
    dataset = with_groups(digits(), re.compile(r"\[(\d+)\d\]"), None)
    assert {len({image.where[7:-2] for image in images} & {"100"}) for images in dataset.splits.values()} == {0, 1}
