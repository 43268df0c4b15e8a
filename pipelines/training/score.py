"""How well a network does: the value of each metric on a split."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from pipelines.training import metrics

_ERRORS = "standard_errors"


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How a network does on a split.

    Attributes:
        values: of each of :data:`~pipelines.training.metrics.METRICS` that is defined for the data, and of a user's own
            if there is one, by its name.
        images: how many they are read from.
        standard_errors: of the values that do not determine their error, by name; empty in scores of earlier versions.
    """

    values: Mapping[str, float]
    images: int
    standard_errors: Mapping[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        further = metrics.metrics_in(self.further)
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

    def completed_by(self, earlier: "Score") -> "Score":
        """Returns this score with the values that only an earlier score of the same weights on the same images has.

        Args:
            earlier: a score of another number of images adds nothing.
        """
        if earlier.images != self.images:
            return self
        return Score(
            values={**earlier.values, **self.values},
            images=self.images,
            standard_errors={**earlier.standard_errors, **self.standard_errors},
        )

    def to_dict(self) -> dict[str, Any]:
        """Returns plain values for JSON."""
        errors = {_ERRORS: dict(self.standard_errors)} if self.standard_errors else {}
        return {"correct": self.correct, "images": self.images, **self.values, **errors}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Reads what :meth:`to_dict` returned; in an earlier version that was ``correct`` and ``images`` alone."""
        found = {name: value for name, value in values.items() if name not in ("correct", "images", _ERRORS)}
        return cls(
            values={"accuracy": values["correct"] / values["images"], **found},
            images=values["images"],
            standard_errors=values.get(_ERRORS, {}),
        )
