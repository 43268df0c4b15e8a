"""The metric that a search maximizes, and its values, in words."""

from pipelines.training.metrics import ACCURACY
from search.study.spec import StudySpec


def metric_value(spec: StudySpec, value: float) -> str:
    """Returns a value with the name of its metric, unless that is accuracy: ``97.81%`` or ``97.81% balanced accuracy``.

    Args:
        spec: the search.
        value: of the metric that the search maximizes, from 0 to 1.
    """
    return f"{value:.2%}" if spec.metric is ACCURACY else f"{value:.2%} {spec.metric.label}"


def metric_in_words(spec: StudySpec) -> str:
    """Returns the metric that a search maximizes, and the images that it is scored on.

    Args:
        spec: the search.
    """
    where = "the validation split" if spec.folds is None else "the fold that each training leaves out"
    return f"metric: {spec.metric.label} on {where}, maximized"
