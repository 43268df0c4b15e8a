"""The metric of a search, where it is defined for the data."""

from pipelines.training.metrics import Metric, metric_named
from search.errors import UsageError


class UndefinedMetricError(UsageError):
    """A search would maximise a metric that is not defined for its data.

    Attributes:
        metric: its name.
        classes: of the data.
    """

    def __init__(self, metric: Metric, classes: int) -> None:
        super().__init__(
            where=f"search.metric: {metric.name}",
            expected=f"data with at least {metric.fewest_classes} classes",
            got=f"{classes}",
            remedy="choose another metric, such as accuracy",
        )
        self.metric = metric.name
        self.classes = classes


def defined_metric(name: str, classes: int) -> Metric:
    """Returns the metric of a name.

    Args:
        name: in the search file.
        classes: the number of classes of the data.

    Raises:
        UndefinedMetricError: the metric is not defined for so few classes.
    """
    metric = metric_named(name)
    if classes < metric.fewest_classes:
        raise UndefinedMetricError(metric, classes)
    return metric
