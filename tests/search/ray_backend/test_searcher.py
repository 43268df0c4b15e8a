"""How many trials Ray Tune is given at once."""

import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
import torch
from ray import cloudpickle, tune
from ray.exceptions import RayTaskError

from search.ray_backend.run_search import run_search
from search.ray_backend.searcher import DriverSearcher
from search.ray_backend.trial_worker import OUT_OF_MEMORY, RESULT, TASK
from search.run.driver import Driver
from search.study.trial import Status, TrialResult
from tests.search.factory import new_run
from tests.search.run.drivers import Notes

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # Ray's workers can't import tests


class Slow(tune.Trainable):  # type: ignore[misc]
    """Takes its time."""

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        return True

    def step(self) -> dict[str, Any]:
        time.sleep(0.5)
        return {RESULT: TrialResult(value=0.5, weights_sha256="0" * 64), tune.result.DONE: True}


class Begins(Slow):
    """Takes its time to begin with, and notes each such start; is quick then."""

    def setup(self, config: dict[str, Any]) -> None:
        starts: Path = config[TASK].weights.parent.parent / "starts"
        starts.mkdir(exist_ok=True)
        (starts / str(os.getpid())).touch()
        time.sleep(2 * len(list(starts.iterdir())))  # so that one is there before the other

    def step(self) -> dict[str, Any]:
        time.sleep(0.1)
        return {RESULT: TrialResult(value=0.5, weights_sha256="0" * 64), tune.result.DONE: True}


@pytest.mark.usefixtures("ray_here")
def test_a_worker_that_is_being_started_is_not_dropped_for_one_that_becomes_free(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path, search={"concurrent": 2})
    assert run_search(folder, record, trials=40, trainable=Begins).finished
    assert len(list((folder.path / "starts").iterdir())) == 2


@pytest.mark.usefixtures("ray_here")
def test_ray_on_a_single_machine_has_no_monitors_and_no_dashboard() -> None:
    running = " ".join(command_line(child) for child in psutil.Process().children(recursive=True))
    assert "gcs_server" in running
    assert not [name for name in ("monitor.py", "log_monitor.py", "dashboard.py") if name in running]


def command_line(process: psutil.Process) -> str:
    """Empty where it has just ended."""
    with suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""


@pytest.mark.usefixtures("ray_here")
def test_all_that_may_run_at_once_are_asked_for_at_once(tmp_path: Path) -> None:
    """A cluster whose machines come on demand brings as many as there are trials that wait; here are two CPUs."""
    folder, record = new_run(tmp_path, search={"concurrent": 4})
    notes = Notes()
    assert run_search(folder, record, trials=4, trainable=Slow, observers=[notes]).finished
    assert notes.heard[:4] == [f"{number} started" for number in range(4)]


def test_one_trial_waits_where_there_is_no_room(tmp_path: Path) -> None:
    searcher = DriverSearcher(Driver(*new_run(tmp_path), trials=3), slots=lambda: 0)
    task = searcher.suggest("a")
    assert isinstance(task, dict)
    assert task[TASK].number == 0
    assert searcher.suggest("b") is None


@pytest.mark.parametrize("slots", [0, 2, 9])
def test_an_interrupted_search_proposes_nothing_more(tmp_path: Path, slots: int) -> None:
    """Ctrl-C before the first worker was there recorded all trials that were left, chosen without any result."""
    folder, record = new_run(tmp_path)
    searcher = DriverSearcher(Driver(folder, record, trials=12), slots=lambda: slots)
    searcher.suggest("a")
    searcher.interrupted = True
    assert [searcher.suggest(trial_id) for trial_id in "bcd"] == [searcher.FINISHED] * 3
    assert len(record.trials()) == 1


def test_a_cluster_that_can_not_be_asked_ends_the_search_with_the_reason(tmp_path: Path) -> None:
    searcher = DriverSearcher(Driver(*new_run(tmp_path), trials=3), slots=lambda: 1 // 0)
    assert searcher.suggest("a") == searcher.FINISHED
    assert isinstance(searcher.error, ZeroDivisionError)


def lost(name: str, folder: Path, cause: Exception) -> Any:
    """A trial of Tune's whose worker raised ``cause``."""
    file = folder / "error.pkl"
    file.write_bytes(cloudpickle.dumps(RayTaskError("step", "a traceback", cause)))
    return SimpleNamespace(trial_id=name, pickled_error_file=str(file))


@pytest.mark.parametrize("built", [False, True])
@pytest.mark.parametrize("cause", [torch.OutOfMemoryError("CUDA out of memory"), RuntimeError("CUDA error: no device")])
def test_what_a_worker_raises_before_its_network_is_built_never_fails_the_trial(
    tmp_path: Path, cause: Exception, built: bool
) -> None:
    folder, record = new_run(tmp_path)
    driver = Driver(folder, record, trials=3)
    searcher = DriverSearcher(driver, slots=lambda: 2)
    searcher.suggest("good")
    for number in range(3):
        name = f"bad {number}"
        task = searcher.suggest(name)
        assert isinstance(task, dict)
        if task[TASK].number != 1:
            break  # it waits for a verdict
        if built:
            task[TASK].begin()
        searcher.on_trial_error(lost(name, tmp_path, cause))
    searcher.on_trial_complete("good", {RESULT: TrialResult(value=0.5, weights_sha256="0" * 64)})
    assert record.trials()[1].status is (Status.FAILED if built else Status.RUNNING)


def test_a_trial_that_ran_out_of_memory_is_tried_again(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    searcher = DriverSearcher(Driver(folder, record, trials=3), slots=lambda: 1)
    searcher.suggest("a")
    report = {RESULT: TrialResult(failure="OutOfMemoryError: 20 GiB"), OUT_OF_MEMORY: True}
    searcher.on_trial_complete("a", report)
    task = searcher.suggest("b")
    assert isinstance(task, dict)
    assert task[TASK].number == 0
    assert record.trials()[0].status is Status.RUNNING


@pytest.mark.parametrize(
    "error",
    [
        OSError(5, "Input/output error"),
        RuntimeError("basic_ios::clear: iostream error: Input/output error"),
        RuntimeError("unable to open shared memory object </torch_1_2> in read-write mode: Too many open files (24)"),
        RuntimeError("can't start new thread"),
    ],
)
def test_what_the_machine_fails_at_is_never_the_network_s_doing(tmp_path: Path, error: Exception) -> None:
    folder, record = new_run(tmp_path)
    driver = Driver(folder, record, trials=12)
    searcher = DriverSearcher(driver, slots=lambda: 2)
    searcher.suggest("good")

    def lose_each(trials: int) -> None:
        for number in range(3 * trials):
            task = searcher.suggest(f"bad {number}")
            assert isinstance(task, dict)
            task[TASK].begin()
            searcher.on_trial_error(lost(f"bad {number}", tmp_path, error))

    lose_each(1)
    searcher.on_trial_complete("good", {RESULT: TrialResult(value=0.5, weights_sha256="0" * 64)})
    assert record.trials()[1].status is Status.RUNNING, "it goes on, as the machines work"
    lose_each(3)
    assert str(error) in str(driver.problem)
    assert searcher.suggest("more") == searcher.FINISHED
    assert Status.FAILED not in {trial.status for trial in record.trials()}


@pytest.mark.parametrize(
    "error",
    [
        OSError(28, "No space left on device"),
        RuntimeError("unable to open shared memory object </torch_1_2>: No space left on device (28)"),
    ],
)
def test_a_full_disk_stops_the_search_at_once(tmp_path: Path, error: Exception) -> None:
    folder, record = new_run(tmp_path)
    driver = Driver(folder, record, trials=12)
    searcher = DriverSearcher(driver, slots=lambda: 1)
    task = searcher.suggest("a")
    assert isinstance(task, dict)
    task[TASK].begin()
    searcher.on_trial_error(lost("a", tmp_path, error))
    assert "No space left on device" in str(driver.problem)
    assert {trial.status for trial in record.trials()} == {Status.RUNNING}
