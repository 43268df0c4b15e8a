"""Workers that die, raise or find no data, on real Ray: what the cause is, and that nothing is lost."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from ray import cloudpickle, tune

from pipelines.errors import DataError
from search.ray_backend.run_search import run_search
from search.ray_backend.trial_worker import RESULT, TASK
from search.run.driver import Driver
from search.study.database import DatabaseFailedError
from search.study.folder import RunFolder
from search.study.study import StudyRecord
from search.study.trial import Status, TrialResult
from tests.search.factory import new_run

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # Ray's workers can't import tests
TRIALS = 4
ONE_AT_A_TIME = {"concurrent": 1}  # starting a worker costs seconds


pytestmark = pytest.mark.usefixtures("ray_here")


class Worker(tune.Trainable):  # type: ignore[misc]
    """Trains nothing; what goes wrong is in ``misfortune``."""

    def setup(self, config: dict[str, Any]) -> None:
        self.task = config[TASK]
        self.number = self.task.number

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        self.setup(new_config)
        return True

    def step(self) -> dict[str, Any]:
        self.task.begin()
        self.misfortune()
        return {RESULT: TrialResult(value=0.5, weights_sha256="0" * 64), tune.result.DONE: True}

    def misfortune(self) -> None:
        """Nothing goes wrong."""


class OneNetworkKills(Worker):
    def misfortune(self) -> None:
        if self.number == 1:
            os._exit(1)


class OneNetworkRaises(Worker):
    def misfortune(self) -> None:
        if self.number == 1:
            raise RuntimeError("CUDA error: an illegal memory access was encountered\nmore lines")


class NoDisk(Worker):
    def misfortune(self) -> None:
        raise OSError(28, "No space left on device")


class NoData(Worker):
    def misfortune(self) -> None:
        if self.number > 0:
            raise DataError("/srv/data: no prepared data there")


def search(folder: RunFolder, record: StudyRecord, worker: type[Worker]) -> Driver:
    return run_search(folder, record, trials=TRIALS, trainable=worker)


def check_one_failed(folder: RunFolder, record: StudyRecord, worker: type[Worker], reason: str) -> None:
    assert search(folder, record, worker).finished
    trials = record.trials()
    assert [trial.status for trial in trials] == [Status.COMPLETE, Status.FAILED, Status.COMPLETE, Status.COMPLETE]
    assert trials[1].result is not None
    assert str(trials[1].result.failure).startswith(f"lost worker after worker: {reason}")
    assert "\n" not in str(trials[1].result.failure)


def test_a_network_that_raises_fails_with_the_reason_and_the_search_goes_on(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path, search=ONE_AT_A_TIME)
    reason = "RuntimeError: CUDA error: an illegal memory access was encountered"
    check_one_failed(folder, record, OneNetworkRaises, reason)


@pytest.mark.slow
def test_a_network_that_kills_its_workers_fails_and_the_search_goes_on(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    reason = "its process died: Worker unexpectedly exits with a connection error code 2. End of file"
    check_one_failed(folder, record, OneNetworkKills, reason)


@pytest.mark.slow
def test_a_full_disk_stops_the_search_and_fails_no_network(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    driver = search(folder, record, NoDisk)
    assert not driver.finished
    assert str(driver.problem).endswith("OSError: [Errno 28] No space left on device")
    assert {trial.status for trial in record.trials()} == {Status.RUNNING}
    assert search(folder, folder.open_record(), Worker).finished
    assert [trial.status for trial in record.trials()] == [Status.COMPLETE] * TRIALS


def test_missing_data_stop_the_search_at_once(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path, search=ONE_AT_A_TIME)
    driver = search(folder, record, NoData)
    assert driver.problem == "/srv/data: no prepared data there"
    assert Status.FAILED not in {trial.status for trial in record.trials()}
    assert search(folder, folder.open_record(), Worker).finished
    assert [trial.status for trial in record.trials()] == [Status.COMPLETE] * TRIALS


@pytest.mark.slow
def test_a_record_that_can_not_be_written_ends_the_search_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, record = new_run(tmp_path)

    failure = DatabaseFailedError("disk I/O error")

    def gone(*_: object) -> None:
        raise failure

    with monkeypatch.context() as broken:
        broken.setattr(record, "finish", gone)
        with pytest.raises(DatabaseFailedError) as ended:
            search(folder, record, Worker)
    assert ended.value is failure
    assert {trial.status for trial in record.trials()} == {Status.RUNNING}
    assert search(folder, folder.open_record(), Worker).finished
