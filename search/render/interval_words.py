"""The intervals of a score, in words."""

from collections.abc import Mapping

from pipelines.training.metrics import metrics_in
from search.analysis.interval import Interval


def describe_intervals(intervals: Mapping[str, Interval]) -> str:
    """Returns a line: ``95% interval (images): accuracy 62.7% to 90.5%, balanced accuracy 60.2% to 91.0%``.

    Args:
        intervals: of metrics, by name; they include the images as the only source of error.
    """
    said = ", ".join(f"{metric.label} {intervals[metric.name].in_words}" for metric in metrics_in(intervals))
    return f"95% interval (images): {said}"
