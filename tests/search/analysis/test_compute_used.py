"""What a search has cost."""

from collections import Counter
from dataclasses import replace

import pytest

from search.analysis.compute_used import Spent
from search.optimize.early_stopping import EarlyStop
from search.study.trial import Status, TrialResult
from tests.search.factory import facts, result, trained

FACTS = facts(resources={"cpus": 2, "gpus": 0.5}, training={"epochs": 10})


def test_hours_are_those_of_this_searchs_own_trainings() -> None:
    trials = trained(FACTS, list(FACTS.search_space)[:5])
    stop = EarlyStop(rung=2, rivals=(), noise=0.0)
    stopped = TrialResult(stopped=stop, epochs=result(0.5).epochs, seconds=1800.0, interruptions=("lost", "again"))
    trials[1] = replace(trials[1], status=Status.STOPPED, result=stopped)
    trials[2] = replace(trials[2], status=Status.FAILED, result=TrialResult(failure="no memory"))
    trials[4] = replace(trials[4], origin="another:3")
    spent = Spent.of(FACTS, trials)
    assert spent.trials == Counter({Status.COMPLETE: 3, Status.STOPPED: 1, Status.FAILED: 1})
    assert spent.adopted == 1
    assert spent.hours == pytest.approx(2.5)
    assert (spent.cpu_hours, spent.gpu_hours) == (pytest.approx(5.0), pytest.approx(1.25))
    assert spent.by_the_clock == pytest.approx(4)
    assert spent.running == pytest.approx(3.5), "what an interrupted trial did not train in was a break"
    assert spent.pace == pytest.approx(4 / 3.5)
    assert (spent.epochs, spent.epochs_saved) == (6, 8)
    assert spent.interruptions == 2


def test_nothing_costs_nothing() -> None:
    spent = Spent.of(FACTS, [])
    assert (spent.hours, spent.by_the_clock, spent.pace, spent.epochs) == (0, 0, 0, 0)
