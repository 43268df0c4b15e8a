"""How far a search is, in numbers and in a log line."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.training.epoch import Epoch
from search.render.network_words import describe_arch
from search.render.progress import Progress, best_within, without_budget
from search.render.terminal import head, log_line
from search.study.trial import TrialResult
from tests.search.factory import fill, new_run, result, spec


def test_counts_what_is_running_done_and_failed(tmp_path: Path) -> None:
    _, record = new_run(tmp_path)
    one, two, three = fill(record, [result(0.5), TrialResult(failure="x"), None])
    state = Progress(spec=record.spec, trials=10, ended=[])
    for trial in (one, two, three):
        state.started(trial)
    state.epoch(three, result(0.3).epochs[0])
    state.end(one)
    state.end(two)
    assert (len(state.ended), state.failed, list(state.running)) == (2, 1, [2])
    assert state.running[2][1] == result(0.3).epochs[0]
    assert state.hypervolume > 0


def test_time_left_is_at_the_pace_of_this_launch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("search.render.progress.monotonic", lambda: now[0])
    _, record = new_run(tmp_path)
    before, one, two = fill(record, [result(0.5), result(0.6), result(0.7)])
    state = Progress(spec=record.spec, trials=10, ended=[before], _start=100.0)
    assert state.seconds_left is None
    state.end(one)
    state.end(two)
    now[0] = 130.0
    assert state.seconds_left == pytest.approx(15 * 7)  # 15 s a trial, 7 of 10 to go


def test_time_left_is_at_most_what_is_left_of_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("search.render.progress.monotonic", lambda: now[0])
    _, record = new_run(tmp_path)
    (one,) = fill(record, [result(0.5)])
    timed = Progress(spec=record.spec, trials=None, ended=[], hours=1.0, seconds_run=600, _start=100.0)
    both = Progress(spec=record.spec, trials=3, ended=[], hours=1.0, seconds_run=600, _start=100.0)
    now[0] = 400.0
    assert timed.seconds_left == both.seconds_left == 2700
    timed.end(one)
    both.end(one)
    assert (timed.seconds_left, both.seconds_left) == (2700, 600)
    assert (timed.share_done, both.share_done) == (pytest.approx(0.25), pytest.approx(1 / 3))
    assert log_line(timed, one).startswith("[1] trial 0 ")
    assert "1 trials, " in head(timed, "running").plain
    now[0] = 1e6
    assert timed.seconds_left == 0


def test_best_within_each_limit(tmp_path: Path) -> None:
    _, record = new_run(tmp_path)
    trials = fill(record, [result(0.5 + number / 100) for number in range(12)])
    for row, (cost, share) in zip(
        best_within(trials, [record.spec]),
        [(cost, share) for cost in ("params", "flops") for share in (0.25, 0.5, 1)],
        strict=True,
    ):
        limit = record.spec.limits[cost] * share
        within = [trial.value for trial in trials if trial.costs[cost] <= limit]
        assert (row.trial.value if row.trial else None) == max(within, default=None)


def test_the_budgets_of_the_user_are_limits_and_come_first(tmp_path: Path) -> None:
    """No network of the space comes near 5M parameters; the user asked for them all the same."""
    _, record = new_run(tmp_path, budgets={"params": "5M"})
    trials = fill(record, [result(0.5 + number / 100) for number in range(6)])
    rows = Progress(spec=record.spec, trials=12, ended=trials).best()
    assert rows[0].limit == "5M parameters"
    assert all(row.limit.endswith("FLOPs") for row in rows[1:]), "no network exceeds 1.25M or 2.5M parameters"
    assert rows[0].trial is not None
    assert rows[0].trial.value == max(trial.value for trial in trials)
    several = best_within(trials, [record.spec, spec(budgets={"params": "6M", "flops": "9M"})])
    assert [row.limit for row in several][:2] == ["6M parameters", "9M FLOPs"], "the widest of several searches"


def test_parts_that_no_network_exceeds_are_left_out(tmp_path: Path) -> None:
    _, record = new_run(tmp_path)
    trials = fill(record, [result(0.5 + number / 100) for number in range(12)])
    cheap = min(trials, key=lambda trial: trial.costs["flops"])
    rows = Progress(spec=record.spec, trials=12, ended=[cheap]).best()
    assert [(row.cost, row.most) for row in rows] == [
        (cost, share * record.spec.limits[cost])
        for cost in ("params", "flops")
        for share in (0.25, 0.5, 1)
        if share == 1 or share * record.spec.limits[cost] < cheap.costs[cost]
    ]
    kept = [row for row in best_within(trials, [record.spec]) if not row.repeats]
    assert [row.trial for row in kept if row.most == record.spec.limits[row.cost]] == 2 * [trials[-1]]


def test_the_time_left_is_that_of_the_networks_there_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two networks, ten trials: after the first, one is left."""
    now = [100.0]
    monkeypatch.setattr("search.render.progress.monotonic", lambda: now[0])
    _, record = new_run(tmp_path, space={"widths": [0.1, 0.2], "placements": {"at_most": 0}})
    (one,) = fill(record, [result(0.5)])
    state = Progress(spec=record.spec, trials=10, ended=[], _start=100.0)
    state.end(one)
    now[0] = 160.0
    assert state.seconds_left == pytest.approx(60)
    assert "1 of 10 trials (at most 2" in str(head(state, ""))
    state.end(replace(one, number=1))
    assert state.seconds_left == 0


def test_log_lines_say_what_came_of_a_trial(tmp_path: Path) -> None:
    _, record = new_run(tmp_path)
    good, bad = fill(record, [result(0.75), TrialResult(failure="OutOfMemoryError: 20 GiB")])
    state = Progress(spec=record.spec, trials=4, ended=[])
    state.end(good)
    line = log_line(state, good)
    assert line.startswith(f"[1/4] trial 0 {describe_arch(good.arch)}: 75.00%, ")
    assert ", on the front; hypervolume " in line
    state.end(bad)
    assert log_line(state, bad) == f"[2/4] trial 1 {describe_arch(bad.arch)}: failed: OutOfMemoryError: 20 GiB"


def test_a_further_seed_of_a_network_on_the_front_is_shown_as_on_it(tmp_path: Path) -> None:
    _, record = new_run(tmp_path)
    (first,) = fill(record, [result(0.75)])
    again = replace(first, number=1, seed=1, end_number=2)
    state = Progress(spec=record.spec, trials=4, ended=[first])
    state.end(again)
    assert ", on the front; " in log_line(state, again)


def test_a_log_line_says_that_memory_did_not_hold_the_batches(tmp_path: Path) -> None:
    _, record = new_run(tmp_path)
    cut = Epoch(number=1, train_loss=1, val={"loss": 1, "accuracy": 0.7}, seconds=1, micro_batches=4)
    (trial,) = fill(record, [replace(result(0.7), epochs=(cut,))])
    state = Progress(spec=record.spec, trials=4, ended=[])
    state.end(trial)
    assert "; batches were split into 4 " in log_line(state, trial)


def test_where_no_budget_is_set_it_is_said_what_the_limit_is() -> None:
    def advice(**budgets: str) -> str | None:
        return without_budget(spec(budgets=budgets))

    assert advice(params="1M", flops="9M") is None
    assert str(advice(flops="9M")).startswith("Without a budget on parameters, ")
    assert str(advice(params="1M")).startswith("Without a budget on FLOPs, ")
    assert str(advice()).startswith("Without a budget on parameters and FLOPs, ")
