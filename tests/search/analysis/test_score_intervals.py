"""The intervals of all metrics of a score."""

from math import inf

import pytest

from pipelines.training.score import Score
from search.analysis.interval import accuracy_interval, interval_of
from search.analysis.score_intervals import score_intervals


def test_each_metric_has_the_interval_of_its_standard_error() -> None:
    values = {"loss": 0.7, "macro_f1": 0.6, "top5": 0.9, "accuracy": 0.75, "balanced_accuracy": 0.65}
    errors = {"balanced_accuracy": 0.02, "macro_f1": 0.03}
    intervals = score_intervals(Score(values=values, images=200, standard_errors=errors))
    assert list(intervals) == ["accuracy", "balanced_accuracy", "macro_f1", "top5"]
    assert intervals["accuracy"] == accuracy_interval(150, 200)
    assert intervals["top5"] == accuracy_interval(180, 200)
    assert intervals["balanced_accuracy"] == interval_of(0.65, 0.02, 200)
    assert intervals["macro_f1"] == interval_of(0.6, 0.03, 200)


@pytest.mark.parametrize("loss", [0.7, inf])
def test_a_metric_of_unknown_error_has_none(loss: float) -> None:
    """Earlier versions recorded no errors."""
    values = {"accuracy": 0.75, "loss": loss, "balanced_accuracy": 0.65}
    assert list(score_intervals(Score(values=values, images=200))) == ["accuracy"]


def test_a_function_of_the_users_own_has_the_interval_of_its_recorded_error() -> None:
    score = Score(values={"accuracy": 0.75, "mine:cost": 0.5}, images=200, standard_errors={"mine:cost": 0.04})
    assert score_intervals(score)["mine:cost"] == interval_of(0.5, 0.04, 200)
