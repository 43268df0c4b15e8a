"""A run's folder: made whole or not at all, found by name or path, written by one."""

from pathlib import Path

import pytest

from search.errors import UsageError
from search.record.folder import RunFolder
from tests.search.factory import facts, fill, new_run, result, settings


def test_a_new_run_is_found_by_name_and_by_path(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    fill(record, [result(0.5)])
    for run in ("tiny", str(tmp_path / "tiny")):
        found = RunFolder.find(tmp_path, run)
        assert found.path == folder.path
        assert found.settings == settings()
        assert len(found.open_record().trials()) == 1


def test_a_run_of_that_name_is_left_alone(tmp_path: Path) -> None:
    _, record = new_run(tmp_path)
    fill(record, [result(0.5)])
    with pytest.raises(UsageError, match=r"a run of that name exists.*--resume tiny"):
        new_run(tmp_path)
    assert len(RunFolder.find(tmp_path, "tiny").open_record().trials()) == 1


def test_nothing_is_left_of_a_run_whose_database_can_not_be_used(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="can't open the study's database"):
        new_run(tmp_path, storage={"study": "sqlite:////nowhere/at/all/study.db"})
    assert not list(tmp_path.iterdir())


def test_an_unknown_run_is_answered_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there are none yet"):
        RunFolder.find(tmp_path, "tiny")
    new_run(tmp_path, "one")
    new_run(tmp_path, "two")
    with pytest.raises(UsageError, match=r"three: no such run in .*; runs there: one, two"):
        RunFolder.find(tmp_path, "three")


def test_a_run_is_written_by_one_process_at_a_time(tmp_path: Path) -> None:
    folder, _ = new_run(tmp_path)
    with (
        folder.lock(),
        pytest.raises(UsageError, match="the search is running in another process"),
    ):
        RunFolder.find(tmp_path, "tiny").lock()
    with folder.lock():
        pass


def test_storage_may_be_elsewhere(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    folder, _ = new_run(tmp_path, storage={"study": url, "mlflow": "http://localhost:5000"})
    assert (folder.study_url, folder.mlflow_uri) == (url, "http://localhost:5000")
    assert (tmp_path / "elsewhere.db").exists()
    assert not (folder.path / "study.db").exists()


def test_by_default_everything_is_below_runs(tmp_path: Path) -> None:
    folder, _ = new_run(tmp_path)
    assert folder.study_url == f"sqlite:///{tmp_path / 'tiny' / 'study.db'}"
    assert folder.mlflow_uri == f"sqlite:///{tmp_path / 'mlflow.db'}"
    assert folder.weights(7) == tmp_path / "tiny" / "weights" / "00007.safetensors"


def test_the_record_holds_no_database_address(tmp_path: Path) -> None:
    new_run(tmp_path, storage={"mlflow": "http://user:secret@host"})
    assert b"secret" not in (tmp_path / "tiny" / "study.db").read_bytes()
    assert "secret" not in facts(storage={"mlflow": "http://user:secret@host"}).model_dump_json()
