"""What it would bring to draw a given validation split anew, from the training and validation images."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.datasets.images import ImageDataset, LabelledImage
from pipelines.datasets.splits import redrawn
from pipelines.errors import DataError

ACCURACY = 0.7  # at which errors are stated
_MUCH = 0.8  # times the error before


@dataclass(frozen=True, slots=True, kw_only=True)
class RedrawGain:
    """Validation splits before and after.

    Attributes:
        images_before, images_after: numbers of validation images.
        missing_before, missing_after: numbers of classes without a validation image.
        classes: of the data.
    """

    images_before: int
    images_after: int
    missing_before: int
    missing_after: int
    classes: int

    @property
    def error_before(self) -> float:
        """Standard error of an accuracy of 70 % on the given split, in points."""
        return standard_error(self.images_before)

    @property
    def error_after(self) -> float:
        """Standard error of an accuracy of 70 % on the split drawn anew, in points."""
        return standard_error(self.images_after)

    @property
    def helps(self) -> bool:
        """Whether the error falls by a fifth, or classes get validation images."""
        return self.error_after <= _MUCH * self.error_before or self.missing_after < self.missing_before


def standard_error(images: int, accuracy: float = ACCURACY) -> float:
    """Returns the binomial standard error of an accuracy, in points.

    Args:
        images: number of images it is measured on.
        accuracy: from 0 to 1.
    """
    return 100 * math.sqrt(accuracy * (1 - accuracy) / images)


def redraw_gain(dataset: ImageDataset, seed: int) -> RedrawGain | None:
    """Returns what drawing the validation split anew would bring; None: the split is drawn already, or can't be.

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
