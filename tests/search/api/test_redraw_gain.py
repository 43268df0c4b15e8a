"""What a validation split that is drawn again would bring."""

from dataclasses import replace

import pytest

from pipelines.datasets.images import Drawing, ImageDataset, LabelledImage
from pipelines.datasets.splits import draw_splits
from search.api.redraw_gain import RedrawGain, redraw_gain


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


@pytest.mark.parametrize(
    ("val", "after", "helps"),
    [
        ((9, 9), 32, True),
        ((10, 10), 32, False),  # 30.3 points instead of 37.4
        ((40, 40), 42, False),
        ((60, 60), 48, False),
        ((60, 0), 39, True),  # a class more
    ],
)
def test_it_helps_where_intervals_are_narrower_by_a_fifth_or_classes_come(
    val: tuple[int, int], after: int, helps: bool
) -> None:
    gain = redraw_gain(given(val), seed=0)
    assert gain is not None
    assert (gain.images_before, gain.images_after) == (sum(val), after)
    assert (gain.missing_before, gain.missing_after) == (val.count(0), 0)
    assert gain.helps == helps


def test_the_intervals_are_those_of_an_accuracy_of_70_percent() -> None:
    gain = RedrawGain(images_before=296, images_after=442, missing_before=21, missing_after=0, classes=81)
    assert (str(gain.interval_before), str(gain.interval_after)) == ("64.6 to 74.9", "65.6 to 74.1")


def test_fewer_images_help_only_where_classes_come_and_more_images_not_where_classes_go() -> None:
    fewer = RedrawGain(images_before=90, images_after=40, missing_before=1, missing_after=1, classes=3)
    assert not fewer.helps
    assert replace(fewer, missing_after=0).helps
    more = replace(fewer, images_before=10)
    assert more.helps
    assert not replace(more, missing_after=2).helps


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
