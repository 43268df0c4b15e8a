"""The study in a real PostgreSQL server, which may go away in the middle."""

import warnings
from collections.abc import Iterator
from pathlib import Path

import optuna
import pytest
from sqlalchemy import make_url

from search.run.driver import Driver
from search.study.database import DatabaseFailedError
from search.study.optuna_storage import connect
from search.study.study import StudyRecord
from search.study.study_reader import StudyExistsError
from search.study.trial import Status
from tests.search.factory import new_run, quality, result, spec
from tests.search.study.kinds import assert_reads_as_optuna, every_kind

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it wonders where to keep its own files
    pgserver = pytest.importorskip("pgserver")


@pytest.fixture
def server(tmp_path: Path) -> Iterator["pgserver.PostgresServer"]:
    """A server of this test's own, reached by a socket in its folder."""
    running = pgserver.get_server(tmp_path / "postgres", cleanup_mode="stop")
    yield running
    running.cleanup()


@pytest.fixture
def url(server: "pgserver.PostgresServer", monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("STUDY_PASSWORD", "p@ss")
    socket = make_url(server.get_uri()).query["host"]
    return f"postgresql+psycopg://postgres:${{STUDY_PASSWORD}}@/postgres?host={socket}"


def work(driver: Driver, trials: int) -> None:
    for _ in range(trials):
        task = driver.next_task()
        assert task is not None
        driver.trial_ended(task.number, result(quality(task.candidate.arch)))


def test_a_search_goes_on_from_a_server_as_from_a_file(tmp_path: Path, url: str) -> None:
    folder, record = new_run(tmp_path, storage={"study": url})
    first = Driver(folder, record, trials=8)
    work(first, 3)
    interrupted = first.next_task()
    again = Driver(folder, folder.open_record(), trials=8)
    assert again.next_task() == interrupted
    assert interrupted is not None
    again.trial_ended(interrupted.number, result(0.5))
    work(again, 4)
    assert again.finished
    trials = folder.open_record().trials()
    assert [trial.number for trial in trials] == list(range(8))
    assert {trial.status for trial in trials} == {Status.COMPLETE}
    assert not (folder.path / "study.db").exists()
    assert "p@ss" not in (folder.path / "search.yaml").read_text()
    with pytest.raises(StudyExistsError) as refused:
        StudyRecord.create(url, "tiny", spec())
    assert refused.value.name == "tiny"


def test_a_server_that_goes_away_loses_nothing(tmp_path: Path, url: str, server: "pgserver.PostgresServer") -> None:
    folder, record = new_run(tmp_path, storage={"study": url})
    driver = Driver(folder, record, trials=4)
    work(driver, 2)
    task = driver.next_task()
    assert task is not None
    server.cleanup()
    with pytest.raises(DatabaseFailedError) as failed:
        driver.trial_ended(task.number, result(0.5))
    assert failed.value.reason
    assert "\n" not in str(failed.value)
    pgserver.get_server(tmp_path / "postgres", cleanup_mode="stop")
    again = Driver(folder, folder.open_record(), trials=4)
    assert len(again.ended) == 2
    assert again.next_task() == task
    again.trial_ended(task.number, result(0.5))
    work(again, 1)
    assert [trial.status for trial in folder.open_record().trials()] == [Status.COMPLETE] * 4


def test_optunas_own_tools_open_it(tmp_path: Path, url: str) -> None:
    folder, record = new_run(tmp_path, storage={"study": url})
    work(Driver(folder, record, trials=2), 2)
    study = optuna.load_study(study_name="tiny", storage=url.replace(":${STUDY_PASSWORD}", ""))
    assert [trial.values[0] for trial in study.trials] == [trial.value for trial in record.trials()]


def test_bulk_reading_says_what_optuna_says(url: str) -> None:
    record = StudyRecord.create(url, "tiny", spec())
    every_kind(record)
    assert_reads_as_optuna(connect(url))
    assert record.snapshot(record.snapshot()) == record.snapshot()
