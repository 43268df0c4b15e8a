"""Worker failures: what their cause is, and that no trial is lost."""

from dataclasses import replace
from pathlib import Path

import pytest

from search.run.driver import Driver
from search.run.worker_failures import FailureCause
from search.study.trial import Status
from tests.search.factory import new_run, result
from tests.search.run.drivers import DIVERGED, Notes, begin_two, lose, work


def test_a_trial_whose_worker_died_is_trained_again(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    notes = Notes()
    driver = Driver(folder, record, trials=3, observers=[notes])
    tasks = [driver.next_task() for _ in range(3)]
    lost = tasks[1]
    assert lost is not None
    driver.trial_lost(lost.number, "it died")
    assert notes.heard[-1] == "1 lost: it died"
    assert driver.next_task() == lost
    for task in tasks:
        assert task is not None
        driver.trial_ended(task.number, result(0.5))
    assert driver.next_task() is None
    assert [trial.status for trial in record.trials()] == [Status.COMPLETE] * 3


def test_a_network_that_costs_three_workers_has_failed_once_another_trial_ends(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    driver = Driver(folder, record, trials=2)
    assert lose(driver, 3) == [0, 0, 0]
    assert record.trials()[0].status is Status.RUNNING, "so far the machines may be the cause"
    work(driver)
    assert driver.finished
    assert driver.problem is None
    first, second = record.trials()
    assert (first.status, second.status) == (Status.FAILED, Status.COMPLETE)
    assert first.result is not None
    assert first.result.failure == "lost worker after worker: it died"


def test_a_trial_that_comes_further_may_cost_any_number_of_workers(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    driver = Driver(folder, record, trials=2)
    other, unlucky = begin_two(driver)
    driver.trial_ended(other.number, result(0.5))
    epochs = result(0.5, epochs=4).epochs
    for epoch in epochs:
        driver.epoch_done(unlucky.number, epoch)
        driver.trial_lost(unlucky.number, "it was killed")
        assert driver.next_task() == unlucky
    for _ in range(2):  # again as far as before, but no further
        driver.trial_lost(unlucky.number, "it was killed")
        if driver.next_task() is None:
            break
        driver.epoch_done(unlucky.number, epochs[-1])
    assert record.trials()[unlucky.number].status is Status.FAILED


def test_a_network_that_costs_three_workers_while_others_end_has_failed_at_once(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    driver = Driver(folder, record, trials=3)
    first, bad = begin_two(driver)
    driver.trial_lost(bad.number, "it died")
    driver.trial_ended(first.number, result(0.5))
    assert lose(driver, 2) == [bad.number, bad.number]
    assert record.trials()[bad.number].status is Status.FAILED


def test_a_network_that_has_failed_says_nothing_of_another_suspect(tmp_path: Path) -> None:
    """The second one lost a worker before a trial was complete; nothing was complete since the first one lost any."""
    folder, record = new_run(tmp_path, search={"sampler": "random"})
    driver = Driver(folder, record, trials=8)
    good, bad = begin_two(driver)
    driver.trial_lost(bad.number, "it died")
    driver.trial_ended(good.number, result(0.5))
    assert driver.next_task() == bad
    cleared = driver.next_task()
    assert cleared is not None
    for _ in range(3):
        driver.trial_lost(cleared.number, "it was killed")
        task = driver.next_task()
    assert task is not None
    assert task.number not in (cleared.number, bad.number), "the cleared one waits for a decision"
    for _ in range(2):
        driver.trial_lost(bad.number, "it died")
        driver.next_task()
    statuses = {trial.number: trial.status for trial in record.trials()}
    assert statuses[bad.number] is Status.FAILED
    assert statuses[cleared.number] is Status.RUNNING


def test_the_last_trial_of_a_search_that_works_can_fail(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    driver = Driver(folder, record, trials=3)
    work(driver, 2)
    assert lose(driver, 3) == [2, 2, 2]
    assert driver.next_task() is None
    assert driver.finished
    assert record.trials()[2].status is Status.FAILED


@pytest.mark.parametrize("trials", [1, 10])
def test_where_no_trial_ends_the_search_stops_and_loses_nothing(tmp_path: Path, trials: int) -> None:
    """A full disk or a lost mount must not burn one network after the other."""
    folder, record = new_run(tmp_path)
    driver = Driver(folder, record, trials=trials)
    lose(driver, 3 if trials == 1 else 9)
    assert driver.next_task() is None
    assert driver.idle
    assert driver.problem is not None
    assert driver.problem.endswith(": it died")
    assert {trial.status for trial in record.trials()} == {Status.RUNNING}

    mended = Driver(folder, folder.open_record(), trials=trials)
    work(mended)
    assert mended.finished
    after = record.trials()
    assert [trial.number for trial in after] == list(range(trials))
    assert {trial.status for trial in after} == {Status.COMPLETE}


def test_a_network_that_diverged_does_not_show_that_the_machines_work(tmp_path: Path) -> None:
    """It never came to write its weights."""
    folder, record = new_run(tmp_path)
    driver = Driver(folder, record, trials=10)
    lose(driver, 3)
    diverged = driver.next_task()
    assert diverged is not None
    driver.trial_ended(diverged.number, DIVERGED)
    assert [trial.status for trial in record.trials()] == [Status.RUNNING, Status.FAILED]


def test_a_trial_that_is_over_leaves_no_checkpoints(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    driver = Driver(folder, record, trials=2)
    tasks = [driver.next_task(), driver.next_task()]
    for task in tasks:
        assert task is not None
        task.checkpoints.mkdir(parents=True)
        (task.checkpoints / "epoch-00001-0.safetensors").touch()
    assert tasks[0] is not None
    driver.trial_ended(tasks[0].number, result(0.5))
    assert [folder.checkpoints(number).exists() for number in (0, 1)] == [False, True]


def test_a_worker_that_comes_to_its_network_leaves_a_mark_of_its_own(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    driver = Driver(folder, record, trials=2)
    task = driver.next_task()
    assert task is not None
    assert not driver.reached_network(0)
    task.begin()
    assert driver.reached_network(0)
    driver.trial_lost(0, "it died")
    assert driver.next_task() == task
    assert not driver.reached_network(0)
    task.begin()
    again = Driver(folder, folder.open_record(), trials=2)
    again.next_task()
    assert not again.reached_network(0), "that was a worker of an earlier launch"


@pytest.mark.parametrize(("cause", "most"), [(FailureCause.EARLY, 8), (FailureCause.OUTSIDE, 3)])
def test_what_happens_before_a_network_is_built_never_fails_it(tmp_path: Path, cause: FailureCause, most: int) -> None:
    folder, record = new_run(tmp_path)
    driver = Driver(folder, record, trials=4)
    other, unlucky = begin_two(driver)
    for _ in range(most):
        driver.trial_lost(unlucky.number, "no memory for data", cause)
        task = driver.next_task()
    assert task is not None
    assert task != unlucky, "it waits for a verdict"
    driver.trial_ended(other.number, result(0.5))
    assert driver.next_task() == unlucky, "the machines work, and it goes on"
    driver.trial_ended(unlucky.number, result(0.5))
    driver.trial_ended(task.number, result(0.5))
    assert lose(driver, most, cause) == [3] * most
    assert driver.next_task() is None
    assert "it died" in str(driver.problem), "there is no other trial that could show whose fault it is"
    assert [trial.status for trial in record.trials()] == [Status.COMPLETE] * 3 + [Status.RUNNING]
    again = Driver(folder, folder.open_record(), trials=4)
    work(again)
    assert again.finished


def test_a_suspect_goes_on_once_another_network_is_cleared(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    driver = Driver(folder, record, trials=2)
    other, unlucky = begin_two(driver)
    driver.trial_lost(other.number, "it was killed")
    assert driver.next_task() == other
    for _ in range(3):
        driver.trial_lost(unlucky.number, "it was killed")
        suspect = driver.next_task() is None
    assert suspect
    driver.epoch_done(other.number, result(0.5).epochs[0])
    assert driver.next_task() == unlucky
    driver.trial_ended(other.number, result(0.5))
    driver.trial_ended(unlucky.number, result(0.5))
    assert [trial.status for trial in record.trials()] == [Status.COMPLETE] * 2


def test_a_machine_that_goes_away_says_nothing_of_the_network(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    driver = Driver(folder, record, trials=1)
    assert lose(driver, 10, FailureCause.MACHINE) == [0] * 10
    work(driver)
    assert driver.finished
    assert record.trials()[0].status is Status.COMPLETE


def test_a_trial_under_which_machine_after_machine_goes_away_is_not_tried_for_ever(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    driver = Driver(folder, record, trials=1)
    lose(driver, 20, FailureCause.MACHINE)
    assert driver.next_task() is None
    assert driver.problem is not None


def test_a_trial_that_lost_its_worker_stops_no_other_until_it_comes_further(tmp_path: Path) -> None:
    """Two that lose their workers after a rung, again and again, would stop all others meanwhile."""
    sections = {"search": {"rungs": [1], "sampler": "random"}, "training": {"epochs": 4}}
    folder, record = new_run(tmp_path, **sections)
    driver = Driver(folder, record, trials=30)
    leaders = []

    def at_rung(number: int, accuracy: float) -> bool:
        return driver.rung_reached(number, replace(result(accuracy, epochs=1), rungs={1: accuracy}))

    for _ in range(2):
        task = driver.next_task()
        assert task is not None
        driver._running[task.number] = replace(driver._running[task.number], costs={"params": 1, "flops": 1})
        driver.epoch_done(task.number, result(0.9).epochs[0])
        assert at_rung(task.number, 0.9)
        leaders.append(task.number)
    for number in leaders:
        driver.trial_lost(number, "it died")
    both = begin_two(driver)
    third = driver.next_task()
    assert third is not None
    assert at_rung(third.number, 0.1)
    for task in both:
        driver.epoch_done(task.number, result(0.9, epochs=4).epochs[1])
    assert not at_rung(third.number, 0.1)
