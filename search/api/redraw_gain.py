"""What it would bring to draw a given validation split again, from the training and validation images."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.datasets.images import ImageDataset, LabelledImage
from pipelines.datasets.splits import redrawn
from pipelines.errors import DataError
from search.analysis.interval import Interval, binomial_interval

ACCURACY = 0.7  # whose intervals are stated
_MUCH = 0.8  # times the width of the interval before


@dataclass(frozen=True, slots=True, kw_only=True)
class RedrawGain:
    """Validation splits before and after.

    Attributes:
        images_before, images_after: numbers of validation images; copies that stay together may change the latter.
        missing_before, missing_after: numbers of classes without a validation image.
        classes: of the data.
    """

    images_before: int
    images_after: int
    missing_before: int
    missing_after: int
    classes: int

    @property
    def interval_before(self) -> Interval:
        """Of an accuracy of 70% on the given split."""
        return binomial_interval(ACCURACY, self.images_before)

    @property
    def interval_after(self) -> Interval:
        """Of an accuracy of 70% on the split that is drawn."""
        return binomial_interval(ACCURACY, self.images_after)

    @property
    def helps(self) -> bool:
        """Whether more classes have validation images, or the interval is narrower by a fifth and no class is lost."""
        if self.missing_after != self.missing_before:
            return self.missing_after < self.missing_before
        before, after = self.interval_before, self.interval_after
        return after.high - after.low <= _MUCH * (before.high - before.low)


def redraw_gain(dataset: ImageDataset, seed: int) -> RedrawGain | None:
    """Returns what drawing the validation split again would bring; None: the split is drawn already, or can't be.

    Args:
        dataset: as it was opened.
        seed: of the draw.
    """
    if "val" in dataset.drawn:
        return None
    try:
        after = redrawn(dataset, seed).splits["val"]
    except DataError:
        return None
    before, classes = dataset.splits["val"], len(dataset.classes)
    return RedrawGain(
        images_before=len(before),
        images_after=len(after),
        missing_before=classes - _classes(before),
        missing_after=classes - _classes(after),
        classes=classes,
    )


def _classes(images: Sequence[LabelledImage]) -> int:
    return len({image.label for image in images})
