"""How well a network does: the value of each metric on a split."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from pipelines.training import metrics


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How a network does on a split.

    Attributes:
        values: the mean of each of :data:`~pipelines.training.metrics.METRICS`, by its name.
        images: how many they are means of.
    """

    values: Mapping[str, float]
    images: int

    def __str__(self) -> str:
        further = [metric for metric in metrics.METRICS if metric.name in self.further]
        beside = "".join(f", {metric.label} {metric.in_words(self.values[metric.name])}" for metric in further)
        return f"{metrics.ACCURACY.in_words(self.accuracy)} ({self.correct} of {self.images}){beside}"

    @property
    def accuracy(self) -> float:
        """Top-1 accuracy, from 0 to 1."""
        return self.values["accuracy"]

    @property
    def loss(self) -> float:
        """The mean cross-entropy."""
        return self.values["loss"]

    @property
    def further(self) -> dict[str, float]:
        """The values of all metrics but accuracy, by name."""
        return {name: value for name, value in self.values.items() if name != "accuracy"}

    @property
    def correct(self) -> int:
        """How many images are classified correctly."""
        return round(self.accuracy * self.images)

    def to_dict(self) -> dict[str, Any]:
        """Returns plain values for JSON."""
        return {"correct": self.correct, "images": self.images, **self.values}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Reads what :meth:`to_dict` returned; in an earlier version that was ``correct`` and ``images`` alone."""
        found = {name: value for name, value in values.items() if name not in ("correct", "images")}
        return cls(values={"accuracy": values["correct"] / values["images"], **found}, images=values["images"])
