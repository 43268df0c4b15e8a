"""The driver: exactly as many trials as asked for, none twice, whatever interrupts it."""

from dataclasses import replace
from operator import attrgetter
from pathlib import Path

import pytest

from pipelines.training.epoch import Epoch
from search.analysis.front import complete, pareto_front
from search.run.driver import Driver
from search.study.folder import RunFolder
from search.study.study import StudyRecord
from search.study.trial import Status, TrialRecord, TrialResult
from spaces import Encoding
from tests.search.factory import fill, new_run, quality, result
from tests.search.run.drivers import Notes, begin_two, work


def test_runs_as_many_trials_as_were_asked_for(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    driver = Driver(folder, record, trials=12)
    work(driver)
    assert driver.finished
    assert not driver.exhausted
    trials = record.trials()
    assert [trial.number for trial in trials] == list(range(12))
    assert len({trial.arch for trial in trials}) == 12
    assert list(driver.ended) == list(trials)


def test_a_task_is_complete_in_itself(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path, search={"seed": 5}, resources={"cpus": 2, "gpus": 0.5}, training={"epochs": 7})
    task = Driver(folder, record, trials=1).next_task()
    assert task is not None
    assert (task.number, task.seed, task.cpus, task.gpus) == (0, 5, 2, 0.5)
    assert task.recipe.epochs == 7
    assert task.weights == folder.weights(0)
    assert task.candidate.arch == record.trials()[0].arch


def test_waiting_trials_count_towards_the_limit(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    driver = Driver(folder, record, trials=3)
    tasks = [driver.next_task() for _ in range(4)]
    assert tasks[3] is None
    assert not driver.finished
    assert len(record.trials()) == 3


def test_an_interrupted_search_goes_on_with_the_same_trials(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    first = Driver(folder, record, trials=10)
    work(first, 4)
    interrupted = [first.next_task(), first.next_task()]  # a kill leaves these running
    again = Driver(folder, folder.open_record(), trials=10)
    assert sorted([again.next_task(), again.next_task()], key=attrgetter("number")) == interrupted
    for task in interrupted:
        assert task is not None
        again.trial_ended(task.number, result(0.5))
    work(again)
    trials = record.trials()
    assert [trial.number for trial in trials] == list(range(10))
    assert len({trial.arch for trial in trials}) == 10
    assert {trial.status for trial in trials} == {Status.COMPLETE}


def test_a_search_may_be_interrupted_at_any_moment(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    done: set[int] = set()
    for stop in range(1, 9):
        driver = Driver(folder, folder.open_record(), trials=20)
        assert {trial.number for trial in driver.ended} == done
        tasks = [driver.next_task() for _ in range(3)]
        for task in tasks[: stop % 3 + 1]:
            assert task is not None
            assert task.number not in done
            driver.trial_ended(task.number, result(quality(task.candidate.arch)))
            done.add(task.number)
    work(Driver(folder, folder.open_record(), trials=20))
    trials = record.trials()
    assert len(trials) == len({trial.arch for trial in trials}) == 20
    assert {trial.status for trial in trials} == {Status.COMPLETE}


def test_a_kill_between_the_two_writes_of_an_end_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, record = new_run(tmp_path)
    driver = Driver(folder, record, trials=2)
    task = driver.next_task()
    assert task is not None
    monkeypatch.setattr(record._storage, "set_trial_state_values", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        driver.trial_ended(task.number, result(0.75))
    again = Driver(folder, folder.open_record(), trials=2)
    assert [trial.value for trial in again.ended] == [0.75]
    work(again)
    assert [trial.status for trial in record.trials()] == [Status.COMPLETE, Status.COMPLETE]


def test_a_finished_search_can_be_given_more_trials(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    work(Driver(folder, record, trials=5))
    more = Driver(folder, folder.open_record(), trials=9)
    assert not more.finished
    work(more)
    assert len({trial.arch for trial in record.trials()}) == 9


def test_failed_networks_are_recorded_and_never_reach_the_front(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    driver = Driver(folder, record, trials=8)
    for number in range(8):
        task = driver.next_task()
        assert task is not None
        failed = TrialResult(failure="DivergedError: training loss is nan in epoch 1")
        driver.trial_ended(task.number, failed if number % 2 else result(0.5))
    trials = record.trials()
    assert [trial.status for trial in trials] == [Status.COMPLETE, Status.FAILED] * 4
    assert all(trial.number % 2 == 0 for trial in pareto_front(trials))
    assert len({trial.arch for trial in trials}) == 8


def test_a_search_that_is_stopped_starts_nothing_more(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    driver = Driver(folder, record, trials=5)
    driver.next_task()
    driver.stop("the disk is full")
    driver.stop("and much follows from it")
    assert driver.next_task() is None
    assert driver.problem == "the disk is full"
    assert len(record.trials()) == 1


def test_a_trial_whose_end_can_not_be_written_is_still_running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, record = new_run(tmp_path)
    driver = Driver(folder, record, trials=1)
    task = driver.next_task()
    assert task is not None
    with monkeypatch.context() as broken:
        broken.setattr(record, "finish", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            driver.trial_ended(task.number, result(0.5))
    assert not driver.idle
    driver.trial_ended(task.number, result(0.5))
    assert driver.finished


def test_a_space_with_too_few_networks_is_exhausted(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path, space={"widths": [0.1, 0.2], "placements": {"at_most": 0}})
    driver = Driver(folder, record, trials=10)
    first = driver.next_task()
    assert first is not None
    second = driver.next_task()
    assert second is not None
    assert driver.next_task() is None
    assert not driver.exhausted, "what is running may yet have to be trained again"
    driver.trial_ended(first.number, result(0.5))
    driver.trial_lost(second.number, "it died")
    assert not driver.exhausted
    work(driver)
    assert driver.exhausted
    assert not driver.finished
    assert len(record.trials()) == 2


def test_weights_are_kept_for_the_front_alone(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    driver = Driver(folder, record, trials=15)
    while (task := driver.next_task()) is not None:
        task.weights.parent.mkdir(exist_ok=True)
        task.weights.write_bytes(b"weights")
        driver.trial_ended(task.number, result(quality(task.candidate.arch)))
        kept = {path.stem for path in (folder.path / "weights").iterdir()}
        assert kept == {f"{trial.number:05d}" for trial in pareto_front(driver.ended)}


def test_observers_hear_everything_in_order(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    notes = Notes()
    driver = Driver(folder, record, trials=2, observers=[notes])
    one, two = begin_two(driver)
    driver.epoch_done(two.number, result(0.5).epochs[0])
    driver.trial_ended(two.number, result(0.5))
    driver.trial_ended(one.number, TrialResult(failure="x"))
    assert notes.heard == ["0 started", "1 started", "1 epoch 1", "1 complete", "0 failed"]


def test_a_reader_sees_meanwhile_how_far_a_trial_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each epoch of a few long ones; of very many short ones as many as cost the driver little."""
    folder, record = new_run(tmp_path)
    driver = Driver(folder, record, trials=3)
    begin_two(driver)
    clock = [1000.0]
    monkeypatch.setattr("search.run.time_share.monotonic", lambda: clock[0])
    write = StudyRecord.note_epoch

    def slowly(self: StudyRecord, trial: TrialRecord, epoch: Epoch) -> None:
        write(self, trial, epoch)
        clock[0] += 0.1

    monkeypatch.setattr(StudyRecord, "note_epoch", slowly)

    def known() -> list[int]:
        return [0 if trial.epoch is None else trial.epoch.number for trial in folder.open_record().trials()]

    one, two = result(0.5).epochs
    driver.epoch_done(0, one)
    driver.epoch_done(1, one)
    assert known() == [1, 0]
    clock[0] += 5
    driver.epoch_done(1, two)
    assert known() == [1, 2]


def test_a_search_of_another_process_is_taken_up_from_its_folder_alone(tmp_path: Path) -> None:
    _, record = new_run(tmp_path)
    fill(record, [result(0.5), None])
    folder = RunFolder.find(tmp_path, "tiny")
    driver = Driver(folder, folder.open_record(), trials=2)
    assert len(driver.ended) == 1
    work(driver)
    assert driver.finished


def test_a_search_ends_when_little_remains(tmp_path: Path) -> None:
    search = {"stop_when": {"remaining_hypervolume": "5%"}, "confirm": 0}
    folder, record = new_run(tmp_path, search=search)
    driver = Driver(folder, record, trials=74)
    work(driver)
    assert driver.finished
    assert driver.settled
    assert 6 < len(driver.ended) < 74
    last = driver.ended[-1].result
    assert last is not None
    assert last.remaining is not None
    assert last.remaining.upper <= 0.05
    before = [trial.result.remaining for trial in driver.ended[:-1] if trial.result is not None]
    assert all(estimate is None or estimate.upper > 0.05 for estimate in before)
    assert folder.open_record().trials() == record.trials()
    assert Driver(folder, folder.open_record(), trials=74).next_task() is None, "a resume knows that it is settled"


def test_a_stopped_trial_is_recorded_learnt_from_and_never_complete(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path, search={"rungs": [1], "sampler": "random"}, training={"epochs": 4})
    driver = Driver(folder, record, trials=40)
    while (task := driver.next_task()) is not None:
        assert task.rungs == (1,)
        accuracy = quality(task.candidate.arch)
        if not driver.rung_reached(task.number, replace(result(accuracy, epochs=1), rungs={1: accuracy})):
            driver.trial_stopped(task.number)
        else:
            driver.trial_ended(task.number, replace(result(accuracy, epochs=4), rungs={1: accuracy}))
    stopped = [trial for trial in record.trials() if trial.status is Status.STOPPED]
    assert stopped
    assert not {trial.number for trial in stopped} & {trial.number for trial in complete(driver.ended)}
    pool_state = Driver(folder, folder.open_record(), trials=40)._agenda.pool_state()
    for trial in stopped:
        row = pool_state.pool.row(Encoding(record.spec.search_space).encode(trial.candidate))
        assert row is not None
        assert pool_state.tried[row]
        assert pool_state.posterior is not None
        assert pool_state.posterior.mean[row] == pytest.approx(quality(trial.arch), abs=0.03), (
            "its rung score taught it"
        )


def test_a_rung_that_an_earlier_driver_judged_counts_for_the_next_one(tmp_path: Path) -> None:
    """The two that were past it when the driver died are the rivals of all that come later."""
    settings = {"search": {"rungs": [1], "sampler": "random"}, "training": {"epochs": 4}}
    folder, record = new_run(tmp_path, **settings)
    fill(record, [None, None])
    ended = [replace(result(0.9, epochs=4), rungs={1: 0.9})] * 2
    again = Driver(folder, folder.open_record(), trials=30)
    past = [again.next_task(), again.next_task()]
    for task, outcome in zip(past, ended, strict=True):
        assert task is not None
        again.trial_ended(task.number, outcome)  # it went on behind the rung, and reported no score of it again
    costs = [(trial.costs["params"], trial.costs["flops"]) for trial in again.ended]
    stopped = 0
    while (task := again.next_task()) is not None:
        trial = record.trials()[task.number]
        more_expensive = all(
            params <= trial.costs["params"] and flops <= trial.costs["flops"] for params, flops in costs
        )
        goes_on = again.rung_reached(task.number, replace(result(0.1, epochs=1), rungs={1: 0.1}))
        assert goes_on == (not more_expensive)
        stopped += not goes_on
        if goes_on:
            again.trial_ended(task.number, replace(result(0.1, epochs=4), rungs={1: 0.1}))
        else:
            again.trial_stopped(task.number)
    assert stopped
