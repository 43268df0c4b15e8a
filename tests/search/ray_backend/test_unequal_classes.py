"""A search on unequal classes, on real Ray, that maximises their balanced accuracy and weighs them in the loss."""

import json

import pytest

from pipelines.storage.prepare import prepare
from search.study.defined_metric import UndefinedMetricError
from search.study.trial import Status
from tests.helpers import Shell
from tests.search.ray_backend.searches import trials_of
from tests.unequal import unequal

SEARCH = """
name: mine
data: unequal
space: {widths: [0.1, 0.2], groups: [1], placements: {at_most: 1}}
search: {trials: 3, metric: METRIC, baselines: false, confirm: 0}
training: {epochs: 2, batch_size: 32, learning_rate: 0.02, flip: false, class_weights: balanced}
"""


@pytest.fixture
def terminal(new_shell: Shell) -> Shell:
    prepare(unequal(), new_shell.folder / "unequal", image_size=8)
    return new_shell


def test_a_search_maximises_balanced_accuracy(terminal: Shell) -> None:
    terminal.write("mine.yaml", SEARCH.replace("METRIC", "balanced_accuracy"))
    terminal.launch_here("mine.yaml")
    trials = trials_of(terminal)
    assert [trial.status for trial in trials] == [Status.COMPLETE] * 3
    for trial in trials:
        assert trial.result is not None
        last = trial.result.epochs[-1]
        assert trial.value == last.val["balanced_accuracy"]
        assert trial.standard_error == last.standard_errors["balanced_accuracy"]
        assert set(last.val) == {"accuracy", "balanced_accuracy", "macro_f1", "loss"}
    front = json.loads(terminal.run("front", "mine", "--json"))
    assert "balanced_accuracy" in json.dumps(front)


def test_a_metric_that_the_data_do_not_have_is_refused(terminal: Shell) -> None:
    terminal.write("mine.yaml", SEARCH.replace("METRIC", "top5"))
    for command in ("plan", "launch"):
        refused = terminal.refused(UndefinedMetricError, command, "mine.yaml")
        assert (refused.metric, refused.classes) == ("top5", 3)
    assert not (terminal.folder / "runs" / "mine").exists()
