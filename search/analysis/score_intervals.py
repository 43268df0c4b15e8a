"""The 95 % intervals of the metrics of one score."""

from pipelines.training.metrics import metrics_in
from pipelines.training.score import Score
from search.analysis.interval import Interval, interval_of


def score_intervals(score: Score) -> dict[str, Interval]:
    """Returns the 95 % interval of each metric of a score whose standard error is known, by name; accuracy first.

    The intervals include further images of the same kind as the only source of error.

    Args:
        score: of a network on a split. Its loss has no standard error, nor have some metrics of earlier versions.
    """
    intervals = {}
    for metric in metrics_in(score.values):
        value = score.values[metric.name]
        error = metric.error(value, score.images, score.standard_errors.get(metric.name))
        if error is not None:
            intervals[metric.name] = interval_of(value, error, score.images)
    return intervals
