"""For how long a search ran: breaks are no part of it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from search.analysis.compute_used import ComputeUsed
from search.run.driver import Driver
from search.study.running_time import seconds_running
from search.study.trial import TrialRecord
from tests.search.factory import fill, new_run, result, spec, trained
from tests.search.run.drivers import work

SPEC = spec()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FOUR = trained(SPEC, list(SPEC.search_space)[:4])  # an hour each, one after another


def later(trial: TrialRecord, by: timedelta) -> TrialRecord:
    assert trial.ended is not None
    return replace(trial, started=trial.started + by, ended=trial.ended + by)


def test_four_trials_with_days_between_have_the_pace_of_four_without() -> None:
    apart = [later(one, at * DAY) for at, one in enumerate(FOUR)]
    compute_used = ComputeUsed.of(SPEC, apart)
    assert compute_used.running == pytest.approx(4)
    assert compute_used.pace == pytest.approx(ComputeUsed.of(SPEC, FOUR).pace) == pytest.approx(1)
    assert compute_used.by_the_clock == pytest.approx(3 * 24 + 4)


def test_the_break_within_a_trial_is_none_of_its_time() -> None:
    first, second = FOUR[:2]
    assert first.result is not None
    cut = replace(first.result, interruptions=("interrupted, went on after epoch 1 on here",))
    late = replace(first, ended=first.started + 4 * DAY, result=cut)
    assert ComputeUsed.of(SPEC, [late]).running == pytest.approx(1)
    assert ComputeUsed.of(SPEC, [late, second]).running == pytest.approx(2)


def test_what_runs_at_the_same_time_counts_once() -> None:
    together = [replace(one, started=FOUR[0].started, ended=FOUR[0].ended) for one in FOUR]
    assert ComputeUsed.of(SPEC, together).pace == pytest.approx(4)


def test_the_moments_between_two_trials_are_the_searchs_own() -> None:
    moment = timedelta(seconds=20)
    apart = [later(one, at * moment) for at, one in enumerate(FOUR)]
    assert seconds_running(apart) == pytest.approx(4 * 3600 + 3 * 20)


def test_a_driver_counts_by_its_own_clock_whatever_the_time_of_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr("search.study.study.monotonic", lambda: now[0])

    def launch(trials: int) -> Driver:
        now[0] += 4 * 24 * 3600  # a break, and another process's clock
        return Driver(folder, folder.open_record(), trials=trials)

    def train(driver: Driver) -> None:
        task = driver.next_task()
        assert task is not None
        now[0] += 1800
        driver.epoch_done(task.number, result(0.4).epochs[0])
        now[0] += 1800
        driver.trial_ended(task.number, result(0.5))

    folder, record = new_run(tmp_path)
    train(launch(1))
    driver = launch(2)
    begun = driver.next_task()
    assert begun is not None
    now[0] += 1200
    driver.epoch_done(begun.number, result(0.4).epochs[0])  # and then it is killed
    train(launch(2))
    assert [trial.search_seconds for trial in record.ended()] == [3600, 3600 + 1200 + 3600]
    assert ComputeUsed.of(record.spec, record.ended()).pace == pytest.approx(2 / (8400 / 3600))


def test_a_record_of_an_earlier_version_goes_on_counting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, record = new_run(tmp_path)
    fill(record, [replace(result(0.5), seconds=40.0, interruptions=("lost",))])
    assert record.trials()[0].search_seconds is None
    now = [0.0]
    monkeypatch.setattr("search.study.study.monotonic", lambda: now[0])
    driver = Driver(folder, folder.open_record(), trials=2)
    now[0] += 60
    work(driver)
    assert record.trials()[1].search_seconds == pytest.approx(40 + 60)
