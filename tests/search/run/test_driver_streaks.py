"""Trials that fail one after the other, and lacks of memory: the search stops and no network fails for it."""

from pathlib import Path

from search.run.driver import Driver
from search.run.worker_failures import FailureCause
from search.study.trial import Status
from tests.search.factory import new_run, result
from tests.search.run.drivers import NO_MEMORY, Notes, diverge, lose, run_out, work


def test_a_disk_that_fills_up_in_the_middle_fails_no_network(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    driver = Driver(folder, record, trials=20)
    work(driver, 5)
    lose(driver, 9)
    assert driver.problem is not None
    assert Status.FAILED not in {trial.status for trial in record.trials()}


def test_a_network_that_ran_out_of_memory_twice_is_not_tried_a_third_time(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    driver = Driver(folder, record, trials=3)
    work(driver, 2)
    assert lose(driver, 2, FailureCause.MEMORY) == [2, 2]
    assert driver.next_task() is None
    assert record.trials()[2].status is Status.FAILED


def test_a_trial_that_runs_out_of_memory_is_tried_once_more_and_fails_once_another_succeeds(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    notes = Notes()
    driver = Driver(folder, record, trials=3, observers=[notes])
    assert run_out(driver, 2) == [0, 0]
    assert "0 lost: OutOfMemoryError: 20 GiB" in notes.heard
    work(driver, 1)
    first = record.trials()[0]
    assert first.status is Status.FAILED
    assert first.result is not None
    assert (first.result.failure, first.result.host) == (NO_MEMORY.failure, NO_MEMORY.host)


def test_a_machine_without_memory_stops_the_search_and_fails_no_network(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    driver = Driver(folder, record, trials=12)
    assert run_out(driver, 10) == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert driver.next_task() is None
    for words in ("5 trials", "ran out of memory", "OutOfMemoryError: 20 GiB"):
        assert words in str(driver.problem)
    assert "memory" in driver.remedy
    assert {trial.status for trial in record.trials()} == {Status.RUNNING}
    again = Driver(folder, folder.open_record(), trials=12)
    work(again)
    assert again.finished
    assert {trial.status for trial in record.trials()} == {Status.COMPLETE}


def test_memory_that_ends_in_the_middle_fails_no_network(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    driver = Driver(folder, record, trials=30)
    work(driver, 4)
    run_out(driver, 20)
    assert driver.next_task() is None
    assert "10 trials" in str(driver.problem)
    assert Status.FAILED not in {trial.status for trial in record.trials()}


def test_networks_that_do_not_fit_among_others_that_do_stop_no_search(tmp_path: Path) -> None:
    """Those that do not fit end within seconds, long before those that were started beside them."""
    folder, record = new_run(tmp_path, search={"sampler": "random"})
    driver = Driver(folder, record, trials=24)
    running = []
    while (task := driver.next_task()) is not None:
        if task.number % 2:
            driver.trial_out_of_memory(task.number, NO_MEMORY)
            continue
        running.append(task.number)
        if len(running) == 8:
            driver.trial_ended(running.pop(0), result(0.5))
    for number in running:
        driver.trial_ended(number, result(0.5))
    assert driver.problem is None
    assert driver.finished
    assert [trial.status for trial in record.trials()] == [Status.COMPLETE, Status.FAILED] * 12


def test_where_trial_after_trial_diverges_the_search_stops_with_the_reason(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path, training={"learning_rate": 7.5})
    driver = Driver(folder, record, trials=12)
    diverge(driver, 4)
    assert driver.problem is None
    diverge(driver)
    assert driver.next_task() is None
    for words in ("5 trials", "DivergedError: training loss is nan"):
        assert words in str(driver.problem)
    for words in ("training.learning_rate", "7.5"):
        assert words in driver.remedy
    assert {trial.status for trial in record.trials()} == {Status.FAILED}, "these did diverge"
    again = Driver(folder, folder.open_record(), trials=12)
    diverge(again, 5)
    assert again.problem is not None, "it goes on where it is asked to, and stops again"
    assert len(record.trials()) == 10


def test_failures_between_trials_that_go_well_stop_no_search(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path, search={"sampler": "random"})
    driver = Driver(folder, record, trials=40)
    diverge(driver, 4)
    work(driver, 1)
    diverge(driver, 9)
    work(driver, 1)
    diverge(driver, 9)
    assert driver.problem is None


def test_failures_that_are_early_stop_no_search_that_runs_well_beside_them(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path, search={"sampler": "random"})
    driver = Driver(folder, record, trials=30)
    for _ in range(6):
        assert driver.next_task() is not None  # long trainings that succeed
        diverge(driver, 2)
    assert driver.problem is None


def test_a_search_that_is_over_without_a_network_says_so(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    driver = Driver(folder, record, trials=3)
    diverge(driver, 3)
    driver.conclude()
    assert driver.finished
    assert driver.fruitless
    assert "3 of 3 failed" in str(driver.problem)
    assert "training.learning_rate" in driver.remedy
    again = Driver(folder, folder.open_record(), trials=4)
    work(again)
    again.conclude()
    assert not again.fruitless
    assert again.problem is None


def test_a_few_trials_in_a_row_that_can_not_open_their_data_stop_the_search(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    driver = Driver(folder, record, trials=12)
    assert lose(driver, 9, FailureCause.OUTSIDE) == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert driver.next_task() is None
    assert "3 trials" in str(driver.problem)
    assert {trial.status for trial in record.trials()} == {Status.RUNNING}


def test_a_last_network_that_never_fits_fails_after_a_resume_as_well(tmp_path: Path) -> None:
    """A success before the interrupt shows that the machines work."""
    folder, record = new_run(tmp_path)
    work(Driver(folder, record, trials=3), 2)
    resumed = Driver(folder, folder.open_record(), trials=3)
    assert run_out(resumed, 2) == [2, 2]
    assert resumed.next_task() is None
    assert resumed.finished
    assert resumed.problem is None
    assert [trial.status for trial in record.trials()] == [Status.COMPLETE, Status.COMPLETE, Status.FAILED]


def test_where_all_that_is_left_does_not_fit_one_more_network_can_decide(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    driver = Driver(folder, record, trials=2)
    assert run_out(driver, 4) == [0, 0, 1, 1]
    assert driver.next_task() is None
    assert "search.concurrent" in driver.remedy
    assert driver.enough_trials == 3
    resumed = Driver(folder, folder.open_record(), trials=3)
    run_out(resumed, 4)
    work(resumed)
    assert resumed.finished
    assert [trial.status for trial in record.trials()] == [Status.FAILED, Status.FAILED, Status.COMPLETE]
