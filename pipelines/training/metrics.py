"""What a network is scored by. A metric that is added to ``METRICS`` is computed, recorded, shown and logged.

One that is a share, where more is better, can also be what a search maximises: ``search.metric`` names it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, log, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a search file names a metric without computing it, and torch takes seconds to import
    from torch import Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A mean over the images of a split.

    Attributes:
        name: in search files, records, JSON and MLflow; lower case, an identifier.
        label: in words, as a heading.
        worst, best: the two ends of its range; they state in which direction it improves.
        of_chance: the value of guessing, given the number of classes; a network that is no better is worth nothing.
        sum_over: of logits (batch, classes), float32, and labels (batch,), int64, the sum over the batch's images.
        standard_error: of a value and the number of images that it is a mean of; None: the value does not determine it.
        format_spec: how :func:`format` writes a value.
    """

    name: str
    label: str
    worst: float
    best: float
    of_chance: Callable[[int], float]
    sum_over: "Callable[[Tensor, Tensor], Tensor]"
    standard_error: Callable[[float, int], float] | None
    format_spec: str

    @property
    def larger_is_better(self) -> bool:
        """Whether larger values are better."""
        return self.best > self.worst

    @property
    def can_be_maximised(self) -> bool:
        """Whether a search can maximise it: a share, where more is better, with a standard error."""
        return (self.worst, self.best) == (0.0, 1.0) and self.standard_error is not None

    def in_words(self, value: float) -> str:
        """Returns a value as it is shown."""
        return format(value, self.format_spec)


def binomial_error(share: float, images: int) -> float:
    """Returns the binomial standard error of a share.

    At 0 and 1 that formula would be 0. The share is then computed as if two more images had one right (rule of
    succession). The result is an upper bound for a mean of values between 0 and 1 that are not all 0 or 1.

    Args:
        share: of the images that are right, from 0 to 1.
        images: the number of images, at least 1.
    """
    share = min(max(share, 1 / (images + 2)), 1 - 1 / (images + 2))
    return sqrt(share * (1 - share) / images)


def _correct(logits: "Tensor", labels: "Tensor") -> "Tensor":
    return (logits.argmax(dim=1) == labels).sum()


def _cross_entropy(logits: "Tensor", labels: "Tensor") -> "Tensor":
    from torch.nn.functional import cross_entropy

    return cross_entropy(logits, labels, reduction="sum")


ACCURACY = Metric(
    name="accuracy",  # top-1
    label="accuracy",
    worst=0.0,
    best=1.0,
    of_chance=lambda classes: 1 / classes,
    sum_over=_correct,
    standard_error=binomial_error,
    format_spec=".4%",
)
LOSS = Metric(
    name="loss",  # cross-entropy, in nats
    label="loss",
    worst=inf,
    best=0.0,
    of_chance=log,
    sum_over=_cross_entropy,
    standard_error=None,
    format_spec=".4f",
)
METRICS: tuple[Metric, ...] = (ACCURACY, LOSS)


def metric_named(name: str) -> Metric:
    """Returns the metric of a name.

    Raises:
        ValueError: there is no metric of that name.
    """
    for metric in METRICS:
        if metric.name == name:
            return metric
    raise ValueError(f"expected one of {', '.join(metric.name for metric in METRICS)}, got {name!r}")


def maximisable() -> tuple[str, ...]:
    """Returns the names of the metrics that a search can maximise."""
    return tuple(metric.name for metric in METRICS if metric.can_be_maximised)
