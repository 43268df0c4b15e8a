"""A metric of a user's own: the one place that decides whether its code may run.

A search file, a run and an exported network name the function and may come from others. So its code runs only where the
caller names the same function, and it is read from where the caller works, never from a record.
"""

from itertools import zip_longest
from pathlib import Path

from pipelines.training.metrics import is_own
from pipelines.training.own_metric import OwnMetric
from search.artifacts.blueprint import Blueprint, OwnMetricSection
from search.artifacts.network import found_by
from search.errors import ArgumentError, CodeNotAllowedError, UsageError
from search.study.spec import StudySpec


class ChangedMetricError(UsageError):
    """The source of a metric is not the one that a search used.

    Attributes:
        path: the import path of the function.
        line_number: the first line of the module that differs; None: it is not known.
    """

    def __init__(self, path: str, line_number: int | None, remedy: str) -> None:
        at = "" if line_number is None else f"; line {line_number} is the first that differs"
        super().__init__(f"the source of the module is not the one of the search{at}", where=path, remedy=remedy)
        self.path = path
        self.line_number = line_number


def allowed_metric(metric: str, allow_code: str | None, folder: Path) -> OwnMetric | None:
    """Returns the function that a metric names, without running it; None: it is a metric of this package.

    Args:
        metric: ``search.metric``.
        allow_code: the import path of the function that may run; None: no code may.
        folder: that may have its module; the Python path is next.

    Raises:
        CodeNotAllowedError: the metric is a function of the user's own, and not the one that may run.
        ArgumentError: ``allow_code`` is given, and the metric runs no code.
        NoMetricModuleError: the module is not found.
    """
    if not is_own(metric):
        if allow_code is not None:
            remedy = "remove it, or set search.metric to the function"
            what = f"the metric is {metric}, which runs no such code"
            raise ArgumentError("allow_code", what, allow_code, remedy=remedy)
        return None
    if allow_code != metric:
        raise CodeNotAllowedError(metric, allow_code)
    return OwnMetric.find(metric, folder)


def resumed_metric(spec: StudySpec, allow_code: str | None, folder: Path) -> None:
    """Checks that the metric of a search may run, and is still the one that the search began with.

    Args:
        spec: the search.
        allow_code, folder: as of :func:`allowed_metric`.

    Raises:
        ChangedMetricError: the source of the module has changed.
        CodeNotAllowedError, ArgumentError, OwnMetricError: as :func:`allowed_metric`; or it can't be computed here.
    """
    own, then = allowed_metric(spec.search.metric, allow_code, folder), spec.own_metric
    if own != then:  # also where a record names a metric of this package, and has code nevertheless
        texts = ("" if one is None else one.source for one in (own, then))
        lines = enumerate(zip_longest(*(text.splitlines() for text in texts)), start=1)
        line = next((number for number, (one, other) in lines if one != other), None)
        remedy = "restore the module, or launch the search file under another name"
        raise ChangedMetricError(spec.search.metric, line, remedy)
    if own is not None:
        own.load().try_out(len(spec.data.classes))


def metric_in(network: Blueprint) -> OwnMetricSection | None:
    """Returns the function that the search of a network maximises; None: it is none of a user's own."""
    search = found_by(network)
    return None if search is None else search.own_metric


def metric_of(network: Blueprint, allow_code: str | None) -> OwnMetric | None:
    """Returns the function that a network is scored by, beside the metrics of this package; None: it is not allowed.

    Args:
        network: as exported, or to be trained.
        allow_code: the import path of the function that may run, from the working directory or the Python path; None:
            the network is scored without it.

    Raises:
        ChangedMetricError: the source of the module is not that of the search.
        CodeNotAllowedError, ArgumentError, OwnMetricError: as :func:`allowed_metric`; or it can't be computed here.
    """
    asked = metric_in(network)
    if asked is None and allow_code is not None:
        raise ArgumentError("allow_code", "the network is scored by no such code", allow_code, remedy="remove it")
    if asked is None or allow_code is None:
        return None
    own = allowed_metric(asked.path, allow_code, Path())
    assert own is not None, "a network names no metric of this package here"
    if own.sha256 != asked.sha256:
        raise ChangedMetricError(own.path, None, "restore the module, or omit this metric")
    own.load().try_out(network.arch.num_classes)
    return own
