"""Which network is taken home."""

from pathlib import Path

import pytest

from search.errors import UsageError
from search.export.choose import choose
from search.record.result import TrialResult
from spaces import Budgets
from tests.search.factory import fill, new_run, result


def test_the_most_accurate_within_the_budgets_is_chosen(tmp_path: Path) -> None:
    _, record = new_run(tmp_path)
    trials = fill(record, [result(0.3 + number / 50) for number in range(15)])
    assert choose(trials, Budgets()).accuracy == max(trial.accuracy for trial in trials)
    limit = sorted(trial.params for trial in trials)[3]
    chosen = choose(trials, Budgets(params=limit))
    assert chosen.params <= limit
    assert chosen.accuracy == max(trial.accuracy for trial in trials if trial.params <= limit)


def test_of_equally_accurate_networks_the_cheapest_is_chosen(tmp_path: Path) -> None:
    _, record = new_run(tmp_path)
    trials = fill(record, [result(0.5)] * 8)
    assert choose(trials, Budgets()).flops == min(trial.flops for trial in trials)


def test_failed_and_running_trials_are_never_chosen(tmp_path: Path) -> None:
    _, record = new_run(tmp_path)
    fill(record, [TrialResult(failure="x"), None, result(0.2)])
    assert choose(record.trials(), Budgets()).number == 2


def test_what_can_not_be_met_is_said_with_what_there_is(tmp_path: Path) -> None:
    _, record = new_run(tmp_path)
    with pytest.raises(UsageError, match="no network has been trained yet"):
        choose((), Budgets())
    (trial,) = fill(record, [result(0.5)])
    with pytest.raises(UsageError, match=f"none of the 1 trained networks is within 10 FLOPs.*{trial.flops:,}"):
        choose([trial], Budgets(flops=10))
