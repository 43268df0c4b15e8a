"""A value is shown with the name of its metric, unless that is accuracy."""

from search.render.metric_words import metric_value
from tests.search.factory import spec


def test_only_accuracy_goes_without_its_name() -> None:
    assert metric_value(spec(), 0.9781) == "97.81%"
    assert metric_value(spec(search={"metric": "balanced_accuracy"}), 0.9781) == "97.81% balanced accuracy"
