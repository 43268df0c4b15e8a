"""What the scheduler makes of each thing that Tune tells it, without Ray's processes."""

from typing import Any

import pytest
from ray.tune.experiment import Trial
from ray.tune.schedulers import TrialScheduler

from search import FrontScheduler

COST = 10


def trial(name: str) -> Trial:
    return Trial("trainable", trial_id=name, config={"flops": COST}, stub=True)


class Tune:
    """Tells a scheduler what happens to trials, by their names."""

    def __init__(self, **options: Any) -> None:
        options = {"metric": "accuracy", "rungs": [1, 3]} | options
        self.scheduler = FrontScheduler(costs=lambda config: (config["flops"],), **options)
        self._trials: dict[str, Trial] = {}

    def of(self, name: str) -> Trial:
        if name not in self._trials:
            self._trials[name] = trial(name)
            self.scheduler.on_trial_add(None, self._trials[name])
        return self._trials[name]

    def report(self, name: str, epoch: int, accuracy: float) -> bool:
        """Whether the trial may go on."""
        result = {"training_iteration": epoch, "accuracy": accuracy}
        decision = self.scheduler.on_trial_result(None, self.of(name), result)
        if decision == TrialScheduler.STOP:
            self.scheduler.on_trial_complete(None, self.of(name), result)
        return decision == TrialScheduler.CONTINUE

    def crash(self, name: str) -> None:
        self.scheduler.on_trial_error(None, self.of(name))

    def remove(self, name: str) -> None:
        self.scheduler.on_trial_remove(None, self.of(name))

    def complete(self, name: str, result: dict[str, Any]) -> None:
        self.scheduler.on_trial_complete(None, self.of(name), result)


def two_good(tune: Tune) -> None:
    for name, accuracy in (("good", 0.8), ("better", 0.9)):
        assert tune.report(name, 1, accuracy)


def test_two_that_lead_stop_a_third() -> None:
    tune = Tune()
    two_good(tune)
    assert not tune.report("bad", 1, 0.1)
    assert list(tune.scheduler.stopped) == ["bad"]


@pytest.mark.parametrize("end", ["crash", "remove"])
def test_a_trial_that_can_not_end_stops_nobody(end: str) -> None:
    tune = Tune()
    two_good(tune)
    getattr(tune, end)("good")
    assert tune.report("bad", 1, 0.1)
    assert tune.report("third", 1, 0.85)
    assert not tune.report("worse", 1, 0.1), "the two that are left do"


def test_a_crash_before_the_first_report_is_no_error() -> None:
    tune = Tune()
    tune.crash("early")
    tune.remove("other")
    tune.complete("third", {})
    assert tune.scheduler.numbers == {}


def test_a_trial_that_goes_on_after_a_crash_counts_once_it_comes_further() -> None:
    tune = Tune()
    two_good(tune)
    tune.crash("good")
    assert tune.report("good", 1, 0.8), "once more, from its start"
    assert tune.report("bad", 1, 0.1)
    assert tune.report("good", 2, 0.8)
    assert not tune.report("worse", 1, 0.1)


def test_a_trial_that_crashes_at_the_same_epoch_again_and_again_stops_nobody() -> None:
    tune = Tune()
    two_good(tune)
    for _ in range(3):
        tune.crash("good")
        tune.report("good", 1, 0.8)
        assert tune.report(f"bad {_}", 1, 0.1)


def test_a_trial_that_ends_at_a_rung_counts_there() -> None:
    """Tune tells of a last result, by its own stopping rule or as ``done``, only when the trial is complete."""
    tune = Tune()
    for name, accuracy in (("good", 0.8), ("better", 0.9)):
        tune.complete(name, {"training_iteration": 1, "accuracy": accuracy, "done": True})
    assert not tune.report("bad", 1, 0.1)


def test_what_ends_at_a_rung_is_not_reported_as_stopped() -> None:
    tune = Tune()
    two_good(tune)
    tune.complete("bad", {"training_iteration": 1, "accuracy": 0.1, "done": True})
    assert tune.scheduler.stopped == {}


def test_in_mode_min_the_lower_score_leads() -> None:
    tune = Tune(mode="min")
    for name, loss in (("good", 0.2), ("better", 0.1)):
        assert tune.report(name, 1, loss)
    assert not tune.report("bad", 1, 0.9)
