"""What a search has cost."""

from collections import Counter
from dataclasses import replace

import pytest

from search.analysis.compute_used import ComputeUsed
from search.optimize.early_stopping import EarlyStop
from search.study.trial import Status, TrialResult
from tests.search.factory import result, spec, trained

SPEC = spec(resources={"cpus": 2, "gpus": 0.5}, training={"epochs": 10})


def test_hours_are_those_of_this_searchs_own_trainings() -> None:
    trials = trained(SPEC, list(SPEC.search_space)[:5])
    stop = EarlyStop(rung=2, rivals=(), noise=0.0)
    stopped = TrialResult(stopped=stop, epochs=result(0.5).epochs, seconds=1800.0, interruptions=("lost", "again"))
    trials[1] = replace(trials[1], status=Status.STOPPED, result=stopped)
    trials[2] = replace(trials[2], status=Status.FAILED, result=TrialResult(failure="no memory"))
    trials[4] = replace(trials[4], origin="another:3")
    compute_used = ComputeUsed.of(SPEC, trials)
    assert compute_used.trials == Counter({Status.COMPLETE: 3, Status.STOPPED: 1, Status.FAILED: 1})
    assert compute_used.adopted == 1
    assert compute_used.hours == pytest.approx(2.5)
    assert (compute_used.cpu_hours, compute_used.gpu_hours) == (pytest.approx(5.0), pytest.approx(1.25))
    assert compute_used.by_the_clock == pytest.approx(4)
    assert compute_used.running == pytest.approx(3.5), "what an interrupted trial did not train in was a break"
    assert compute_used.pace == pytest.approx(4 / 3.5)
    assert (compute_used.epochs, compute_used.epochs_saved) == (6, 8)
    assert compute_used.interruptions == 2


def test_nothing_costs_nothing() -> None:
    compute_used = ComputeUsed.of(SPEC, [])
    assert (compute_used.hours, compute_used.by_the_clock, compute_used.pace, compute_used.epochs) == (0, 0, 0, 0)
