"""A further rule of early stopping: the guide's example. Its diff is a new file and lines of ``stopping_rules.py``."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from search.optimize.early_stopping import EarlyStop, StoppingRule
from search.optimize.front_stopping import FrontStopping
from search.optimize.stopping_rules import STOPPING_RULES, make_stopping_rule
from search.run.driver import Driver
from search.study.trial import Status
from tests.search.factory import new_run, result

NAME = "median"


class MedianStopping:
    """Ends what scores less than the median of those before it at a rung."""

    def __init__(self) -> None:
        self._scores: dict[tuple[int, int], float] = {}

    def judge(self, number: int, costs: Sequence[float], rung: int, score: float, noise: float) -> EarlyStop | None:
        there = sorted(known for (at, _), known in self._scores.items() if at == rung)
        self.observe(number, costs, rung, score, noise)
        if not there or score >= there[len(there) // 2]:
            return None
        return EarlyStop(rung=rung, rivals=(), noise=0.0, reason=f"below the median of {len(there)}")

    def observe(self, number: int, costs: Sequence[float], rung: int, score: float, noise: float) -> None:
        self._scores[rung, number] = score

    def forget(self, number: int) -> None: ...

    def doubt(self, number: int) -> None: ...

    def trust(self, number: int) -> None: ...


def test_a_name_chooses_its_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(make_stopping_rule("front"), FrontStopping)
    monkeypatch.setitem(STOPPING_RULES, NAME, MedianStopping)  # type: ignore[arg-type]
    rule: StoppingRule = make_stopping_rule(NAME)  # type: ignore[arg-type]
    assert isinstance(rule, MedianStopping)


def test_a_search_stops_trainings_by_the_rule_that_it_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(STOPPING_RULES, NAME, MedianStopping)  # type: ignore[arg-type]
    folder, record = new_run(tmp_path, search={"rungs": [1], "sampler": "random"}, training={"epochs": 4})
    search = record.spec.search.model_copy(update={"early_stopping": NAME})
    record.spec = record.spec.model_copy(update={"search": search})
    driver = Driver(folder, record, trials=4)
    for score in (0.5, 0.4, 0.6, 0.45):
        task = driver.next_task()
        assert task is not None
        if driver.rung_reached(task.number, replace(result(score, epochs=1), rungs={1: score})):
            driver.trial_ended(task.number, replace(result(score, epochs=4), rungs={1: score}))
        else:
            driver.trial_stopped(task.number)
    trials = folder.open_record().trials()
    assert [trial.status for trial in trials] == [Status.COMPLETE, Status.STOPPED, Status.COMPLETE, Status.STOPPED]
    assert trials[3].result is not None
    assert trials[3].result.stopped == EarlyStop(rung=1, rivals=(), noise=0.0, reason="below the median of 3")
    assert trials[3].result.note.endswith("epoch 1: below the median of 3")
