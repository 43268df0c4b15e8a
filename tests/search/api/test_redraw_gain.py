"""What a validation split that is drawn anew would bring."""

import math
from dataclasses import replace

import pytest

from pipelines.datasets.images import Drawing, ImageDataset, LabelledImage
from pipelines.datasets.splits import draw_splits
from search.api.redraw_gain import redraw_gain, standard_error


def images(name: str, *counts: int) -> tuple[LabelledImage, ...]:
    """So many images of each class."""
    return tuple(
        LabelledImage(where=f"{name}-{label}-{index}", label=label)
        for label, count in enumerate(counts)
        for index in range(count)
    )


def given(val: tuple[int, int]) -> ImageDataset:
    splits = {"train": images("train", 100, 100), "val": images("val", *val), "test": images("test", 5, 5)}
    return ImageDataset(name="mine", classes=("a", "b"), splits=splits, made="")  # type: ignore[arg-type]


def test_the_error_is_that_of_a_share() -> None:
    assert standard_error(100, 0.5) == pytest.approx(5)
    assert standard_error(2100) == pytest.approx(1)


@pytest.mark.parametrize(
    ("val", "after", "helps"),
    [
        ((10, 10), 32, True),  # sqrt(20 / 32) = 0.79
        ((11, 11), 34, False),  # sqrt(22 / 34) = 0.804
        ((40, 40), 42, False),
        ((60, 60), 48, False),
        ((60, 0), 39, True),  # a class more
    ],
)
def test_it_helps_where_errors_fall_by_a_fifth_or_classes_come(val: tuple[int, int], after: int, helps: bool) -> None:
    gain = redraw_gain(given(val), seed=0)
    assert gain is not None
    assert (gain.images_before, gain.images_after) == (sum(val), after)
    assert gain.error_after / gain.error_before == pytest.approx(math.sqrt(sum(val) / after))
    assert (gain.missing_before, gain.missing_after) == (val.count(0), 0)
    assert gain.helps == helps


def test_a_split_that_is_drawn_already_gains_nothing() -> None:
    drawing = Drawing(pool=images("all", 50, 50), shares={"val": 0.15}, seed=0)
    splits = draw_splits(drawing) | {"test": images("test", 5, 5)}
    assert redraw_gain(ImageDataset(name="m", classes=("a", "b"), splits=splits, made="", drawing=drawing), 0) is None


def test_nothing_is_promised_where_there_are_too_few_groups_to_draw_from() -> None:
    alone = given((10, 10))
    splits = {
        split: tuple(replace(image, group=f"{split == 'test'} {image.label}") for image in of_split)
        for split, of_split in alone.splits.items()
    }
    assert redraw_gain(replace(alone, splits=splits), 0) is None
