"""Splits that a data set lacks are drawn, and a given validation split where that is asked for."""

from dataclasses import replace

import pytest

from pipelines.datasets.images import Drawing, ImageDataset, LabelledImage
from pipelines.datasets.joining import joined
from pipelines.datasets.splits import draw_indices, draw_splits, official, redrawn
from pipelines.errors import NothingToDrawError
from pipelines.split import SPLITS


def images(name: str, each: int, classes: int = 2) -> tuple[LabelledImage, ...]:
    return tuple(LabelledImage(where=f"{name}{index}", label=index % classes) for index in range(each * classes))


def names(of_split: tuple[LabelledImage, ...]) -> list[str]:
    return [image.where for image in of_split]


def given_splits(train: int = 40, val: int = 2, test: int = 10) -> ImageDataset:
    splits = {"train": images("train", train), "val": images("val", val), "test": images("test", test)}
    return ImageDataset(name="mine", classes=("a", "b"), splits=splits, made="split as found")  # type: ignore[arg-type]


def test_keys_join_over_each_other() -> None:
    """a and b by the first key, b and c by the second."""
    numbers = joined(["x", "x", None, None, None], [None, b"1", b"1", None, None])
    assert len(set(numbers.tolist())) == 3
    assert len(set(numbers[:3].tolist())) == 1
    assert numbers[3] != numbers[4]


def test_splits_are_in_the_order_of_the_images() -> None:
    drawing = Drawing(pool=images("i", 50), shares={"test": 0.15, "val": 0.15}, seed=0)
    splits = draw_splits(drawing)
    assert {split: len(of) for split, of in splits.items()} == {"train": 72, "test": 16, "val": 12}
    order = {image.where: number for number, image in enumerate(drawing.pool)}
    for of_split in splits.values():
        assert names(of_split) == sorted(names(of_split), key=order.__getitem__)


def test_groups_and_copies_stay_together() -> None:
    pool = tuple(replace(image, group=f"{index // 4}") for index, image in enumerate(images("i", 40)))
    drawing = Drawing(pool=pool, shares={"test": 0.15, "val": 0.15}, seed=0)
    copies: list[int | None] = [None] * len(pool)
    copies[3] = copies[70] = 1  # of groups 0 and 17
    indices = draw_indices(drawing, range(len(pool)), near=copies)
    split_of = {index: split for split, of_split in indices.items() for index in of_split}
    assert sorted(split_of) == list(range(80))
    for index in range(80):
        assert split_of[index] == split_of[index // 4 * 4]
    assert split_of[0] == split_of[68]


def test_images_that_are_left_out_are_not_drawn() -> None:
    drawing = Drawing(pool=images("i", 40), shares={"val": 0.1}, seed=0)
    kept = [index for index in range(80) if index not in (5, 6)]
    assert sorted(index for of in draw_indices(drawing, kept).values() for index in of) == kept


def test_too_few_images_to_draw_from_say_how_many_are_needed() -> None:
    drawing = Drawing(pool=images("i", 2), shares={"test": 0.15, "val": 0.15}, seed=0)
    with pytest.raises(NothingToDrawError) as refused:
        draw_splits(drawing)
    assert refused.value.needed == 3


def test_an_official_test_split_is_kept() -> None:
    dataset = official("set", ["a", "b"], images("train", 50), images("test", 5), seed=0)
    assert {split: len(dataset.splits[split]) for split in SPLITS} == {"train": 90, "val": 10, "test": 10}
    assert names(dataset.splits["test"]) == names(images("test", 5))
    assert dataset.drawn == ("train", "val")
    assert [split for split, _ in dataset.sections()] == ["train", "test"]


def test_a_validation_split_is_drawn_again_from_both_and_the_test_split_stays() -> None:
    dataset = given_splits()
    again = redrawn(dataset, seed=0)
    assert again.splits["test"] == dataset.splits["test"]
    both = names(dataset.splits["train"]) + names(dataset.splits["val"])
    assert sorted(names(again.splits["train"]) + names(again.splits["val"])) == sorted(both)
    assert len(again.splits["val"]) == 12
    assert again.made == "test as found; val 15% of train and val, stratified, seed 0"


def test_a_drawing_is_of_the_images_of_its_splits() -> None:
    """Other splits, with the drawing kept, would be drawn over."""
    dataset = official("set", ["a", "b"], images("train", 50), images("test", 5), seed=0)
    with pytest.raises(AssertionError):
        replace(dataset, splits=dataset.splits | {"train": dataset.splits["train"][:20]})
