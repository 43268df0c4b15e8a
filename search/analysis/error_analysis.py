"""Where a network errs: recall and precision by class, pairs of classes that it confuses, images of highest loss."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipelines.training.predictions import Predictions
from search.analysis.interval import Interval, accuracy_interval

MOST_IMAGES = 24  # of highest loss


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassScore:
    """How a network does on one class.

    Attributes:
        label: of the class, from 0.
        name: of the class.
        images: of the class.
        predictions: the images, of any class, for which the network predicts this one.
        correct: the images of the class for which the network predicts it.
    """

    label: int
    name: str
    images: int
    predictions: int
    correct: int

    @property
    def recall(self) -> float | None:
        """The share of the images of the class that are classified correctly; None: the class has no image."""
        return self.correct / self.images if self.images else None

    @property
    def precision(self) -> float | None:
        """The share of the predictions of the class that are correct; None: the network never predicts the class."""
        return self.correct / self.predictions if self.predictions else None

    @property
    def recall_interval(self) -> Interval | None:
        """Wilson's 95 % interval of the recall, from the images of the class; None: there are none."""
        return accuracy_interval(self.correct, self.images) if self.images else None

    @property
    def precision_interval(self) -> Interval | None:
        """Wilson's 95 % interval of the precision, from the predictions of the class; None: there are none."""
        return accuracy_interval(self.correct, self.predictions) if self.predictions else None

    def to_dict(self) -> dict[str, Any]:
        """Returns plain values for JSON."""
        recall, precision = self.recall_interval, self.precision_interval
        return {
            "class": self.name,
            "images": self.images,
            "predictions": self.predictions,
            "correct": self.correct,
            "recall": self.recall,
            "recall_interval": None if recall is None else recall.to_dict(),
            "precision": self.precision,
            "precision_interval": None if precision is None else precision.to_dict(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """Images of one class for which the network predicts another one.

    Attributes:
        true, predicted: the labels of the two classes.
        images: how many there are.
    """

    true: int
    predicted: int
    images: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LossyImage:
    """An image with a high loss.

    Attributes:
        index: of the image in the file of the split, from 0.
        name: of the image, such as its path below the source; None: not known.
        true, predicted: labels.
        probability: of the predicted class, from 0 to 1.
        loss: cross-entropy in nats.
    """

    index: int
    name: str | None
    true: int
    predicted: int
    probability: float
    loss: float

    @property
    def called(self) -> str:
        """The name of the image, or its number in the file of the split."""
        return f"image {self.index}" if self.name is None else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorAnalysis:
    """Where a network errs on a split.

    Attributes:
        classes: all classes, by label.
        confusions: the pairs of classes that the network confuses, those with the most images first; of equally many,
            the pair whose true class has the fewest images.
        highest_loss: the images of highest loss, the highest first; at most :data:`MOST_IMAGES`.
    """

    classes: tuple[ClassScore, ...]
    confusions: tuple[Confusion, ...]
    highest_loss: tuple[LossyImage, ...]

    @property
    def images(self) -> int:
        """The number of images of the split."""
        return sum(one.images for one in self.classes)

    @property
    def correct(self) -> int:
        """The number of images that are classified correctly."""
        return sum(one.correct for one in self.classes)

    @property
    def matrix(self) -> list[list[int]]:
        """The confusion matrix: for each true class, the number of images by predicted class."""
        counts = [[0] * len(self.classes) for _ in self.classes]
        for one in self.classes:
            counts[one.label][one.label] = one.correct
        for pair in self.confusions:
            counts[pair.true][pair.predicted] = pair.images
        return counts

    @property
    def by_recall(self) -> tuple[ClassScore, ...]:
        """The classes that have images, the lowest recall first; of equal ones, the class with the most images."""
        with_images = [one for one in self.classes if one.images]
        return tuple(sorted(with_images, key=lambda one: (one.correct / one.images, -one.images)))

    def name(self, label: int) -> str:
        """Returns the name of the class of a label."""
        return self.classes[label].name

    def to_dict(self) -> dict[str, Any]:
        """Returns plain values for JSON; the pairs and the images are in their order."""
        return {
            "classes": [one.to_dict() for one in self.classes],
            "confusions": [
                {"true": self.name(pair.true), "predicted": self.name(pair.predicted), "images": pair.images}
                for pair in self.confusions
            ],
            "highest_loss": [
                {
                    "index": image.index,
                    "file": image.name,
                    "true": self.name(image.true),
                    "predicted": self.name(image.predicted),
                    "probability": image.probability,
                    "loss": image.loss,
                }
                for image in self.highest_loss
            ],
        }


def analyse_errors(
    predictions: Predictions, classes: Sequence[str], names: Sequence[str] | None = None
) -> ErrorAnalysis:
    """Returns where a network errs.

    Args:
        predictions: for all images of a split.
        classes: the names of all classes, by label.
        names: of the images, in the same order; None: not known.
    """
    labels, predicted, count = predictions.labels, predictions.predicted, len(classes)
    images = np.bincount(labels, minlength=count).tolist()
    predictions_of = np.bincount(predicted, minlength=count).tolist()
    correct = np.bincount(labels[labels == predicted], minlength=count).tolist()
    return ErrorAnalysis(
        classes=tuple(
            ClassScore(
                label=label,
                name=name,
                images=images[label],
                predictions=predictions_of[label],
                correct=correct[label],
            )
            for label, name in enumerate(classes)
        ),
        confusions=_confusions(predictions, images),
        highest_loss=_highest_loss(predictions, names),
    )


def _confusions(predictions: Predictions, images: Sequence[int]) -> tuple[Confusion, ...]:
    # Pairs that occur, not a whole matrix: of 20,000 classes, that would take gigabytes.
    labels, predicted = predictions.labels, predictions.predicted
    wrong = np.stack([labels, predicted], axis=1)[labels != predicted]
    pairs, counts = np.unique(wrong, axis=0, return_counts=True)
    found = [
        Confusion(true=true, predicted=other, images=number)
        for (true, other), number in zip(pairs.tolist(), counts.tolist(), strict=True)
    ]
    return tuple(sorted(found, key=lambda pair: (-pair.images, images[pair.true])))


def _highest_loss(predictions: Predictions, names: Sequence[str] | None) -> tuple[LossyImage, ...]:
    loss = np.where(np.isnan(predictions.loss), np.inf, predictions.loss)  # NaN has no order
    worst = np.argsort(-loss, kind="stable")[:MOST_IMAGES]
    return tuple(
        LossyImage(
            index=index,
            name=None if names is None else names[index],
            true=int(predictions.labels[index]),
            predicted=int(predictions.predicted[index]),
            probability=float(predictions.probability[index]),
            loss=float(loss[index]),
        )
        for index in worst.tolist()
    )
