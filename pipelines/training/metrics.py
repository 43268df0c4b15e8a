"""What a network is scored by. A metric that is added to ``METRICS`` is computed, recorded, shown and logged.

One that is a share, where more is better, can also be what a search maximises: ``search.metric`` names it. So can a
function of a user's own (:mod:`~pipelines.training.own_metric`), by its import path. Values are those of scikit-learn's
``accuracy_score``, ``log_loss``, ``balanced_accuracy_score``, ``f1_score(average="macro")`` and
``top_k_accuracy_score(k=5)``.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import inf, log
from typing import TYPE_CHECKING

from pipelines.training.confusion import (
    balanced_accuracy,
    balanced_accuracy_error,
    confusion_matrix,
    macro_f1,
    macro_f1_error,
)
from pipelines.training.shares import binomial_error

if TYPE_CHECKING:  # a search file names a metric without computing it, and torch takes seconds to import
    from torch import Tensor


def mean_over_images(total: "Tensor", images: int) -> float:
    """Returns a sum over images, ``total``, divided by the number of ``images``."""
    return float(total) / images


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A value of a network on a split: a function of a sum over the images.

    Attributes:
        name: in search files, records, JSON and MLflow; lower case, an identifier.
        label: in words, as a heading.
        worst, best: the two ends of its range; they state in which direction it improves.
        of_chance: the value of guessing, given the number of classes; a network that is no better is worth nothing.
        sum_over: of logits (batch, classes), float32, and labels (batch,), int64, the sum over the batch's images, a
            tensor of any shape. Sums of batches, and of the workers of a group, are added up. None: a function of all
            images at once, of a user's own, computes it.
        value_of: of the sum over all images of the split and their number; the mean by default.
        standard_error: of a value and the number of images that it is read from; None: the value does not determine it.
        error_of: of the sum over all images, the standard error where the value does not determine it, which scores
            then keep; None: it is not known, or the value determines it.
        fewest_classes: the metric is not defined for fewer.
        format_spec: how :func:`format` writes a value.
    """

    name: str
    label: str
    worst: float
    best: float
    of_chance: Callable[[int], float]
    sum_over: "Callable[[Tensor, Tensor], Tensor] | None" = None
    value_of: "Callable[[Tensor, int], float]" = mean_over_images
    standard_error: Callable[[float, int], float] | None = None
    error_of: "Callable[[Tensor], float] | None" = None
    fewest_classes: int = 1
    format_spec: str

    @property
    def larger_is_better(self) -> bool:
        """Whether larger values are better."""
        return self.best > self.worst

    @property
    def can_be_maximised(self) -> bool:
        """Whether a search can maximise it: a share, where more is better, with a standard error."""
        has_error = self.standard_error is not None or self.error_of is not None
        return (self.worst, self.best) == (0.0, 1.0) and has_error

    def error(self, value: float, images: int, recorded: float | None) -> float | None:
        """Returns the standard error of a value; None: it is not known.

        Args:
            value: of the metric.
            images: the number of images that the value is read from.
            recorded: the error in the score, where the value does not determine it; None: the score has none.
        """
        return recorded if self.standard_error is None else self.standard_error(value, images)

    def in_words(self, value: float) -> str:
        """Returns a value as it is shown."""
        return format(value, self.format_spec)


def _correct(logits: "Tensor", labels: "Tensor") -> "Tensor":
    return (logits.argmax(dim=1) == labels).sum()


def _cross_entropy(logits: "Tensor", labels: "Tensor") -> "Tensor":
    from torch.nn.functional import cross_entropy

    return cross_entropy(logits.double(), labels, reduction="sum")


def _in_first_five(logits: "Tensor", labels: "Tensor") -> "Tensor":
    """Of equal logits, those of later classes come first, as in scikit-learn; NaN comes last."""
    import torch

    own, earlier = logits.gather(1, labels[:, None]), torch.arange(logits.shape[1]).to(labels) <= labels[:, None]
    not_before = (logits < own) | ((logits == own) & earlier)  # the label is one of these, unless it is NaN
    return ((~not_before).sum(dim=1) < _FIRST).sum()


_FIRST = 5
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
    format_spec=".4f",
)
BALANCED_ACCURACY = Metric(
    name="balanced_accuracy",
    label="balanced accuracy",
    worst=0.0,
    best=1.0,
    of_chance=lambda classes: 1 / classes,
    sum_over=confusion_matrix,
    value_of=balanced_accuracy,
    error_of=balanced_accuracy_error,
    format_spec=".4%",
)
MACRO_F1 = Metric(
    name="macro_f1",
    label="macro F1",
    worst=0.0,
    best=1.0,
    of_chance=lambda classes: 1 / classes,  # of equally large classes; less of others
    sum_over=confusion_matrix,
    value_of=macro_f1,
    error_of=macro_f1_error,
    format_spec=".4%",
)
TOP5 = Metric(
    name="top5",
    label="top-5 accuracy",
    worst=0.0,
    best=1.0,
    of_chance=lambda classes: _FIRST / classes,
    sum_over=_in_first_five,
    standard_error=binomial_error,
    fewest_classes=_FIRST + 1,  # of five classes every image is in the first five
    format_spec=".4%",
)
METRICS: tuple[Metric, ...] = (ACCURACY, LOSS, BALANCED_ACCURACY, MACRO_F1, TOP5)

_NAME = "[A-Za-z_][A-Za-z0-9_]*"
OWN_PATH = rf"{_NAME}(?:\.{_NAME})*:{_NAME}"  # a module and a function of a user's own
_RECORDED = ("correct", "images", "standard_errors")  # beside the values of metrics
TAKEN_NAMES = (*(metric.name for metric in METRICS), *_RECORDED)  # which a function of a user's own can't have


def metric_named(name: str) -> Metric:
    """Returns the metric of a name, or of the import path of a function of a user's own, which is not imported.

    Raises:
        ValueError: there is no metric of that name.
    """
    for metric in METRICS:
        if metric.name == name:
            return metric
    if is_own(name):
        return _own(name.rpartition(":")[2])
    raise ValueError(f"expected one of {', '.join(metric.name for metric in METRICS)}, got {name!r}")


def is_own(name: str) -> bool:
    """Whether a name is the import path of a function of a user's own: ``module:function``."""
    return re.fullmatch(OWN_PATH, name) is not None


def metrics_in(names: Iterable[str]) -> tuple[Metric, ...]:
    """Returns the metrics of recorded values by their ``names``: those of ``METRICS``, then any of users' own."""
    found = list(names)
    known = [metric for metric in METRICS if metric.name in found]
    return (*known, *(_own(name) for name in found if name not in {metric.name for metric in known}))


def metrics_for(classes: int) -> tuple[Metric, ...]:
    """Returns the metrics that are defined for a number of classes."""
    return tuple(metric for metric in METRICS if classes >= metric.fewest_classes)


def maximisable() -> tuple[str, ...]:
    """Returns the names of the metrics that a search can maximise."""
    return tuple(metric.name for metric in METRICS if metric.can_be_maximised)


def _own(name: str) -> Metric:
    """Returns the metric that a function of a user's own computes: a share, of which no more is known than its name."""
    return Metric(name=name, label=name, worst=0.0, best=1.0, of_chance=_unknown, format_spec=".4%")


def _unknown(classes: int) -> float:
    """The value of guessing with a function of a user's own: the least that a network can have."""
    return 0.0
