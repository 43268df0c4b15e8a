"""The intervals of a score, in a line."""

from search.analysis.interval import Interval
from search.render.interval_words import describe_intervals


def test_each_metric_is_named() -> None:
    one, other = Interval(low=0.627, high=0.9051), Interval(low=0.6, high=1.0)
    assert describe_intervals({"accuracy": one}) == "95% interval (images): accuracy 62.7% to 90.5%"
    assert describe_intervals({"accuracy": one, "balanced_accuracy": other}) == (
        "95% interval (images): accuracy 62.7% to 90.5%, balanced accuracy 60.0% to 100.0%"
    )
