"""A run's folder: made whole or not at all, found by name or path, written by one."""

from pathlib import Path
from typing import Any

import pytest

from search.study.database import NoAnswerError
from search.study.folder import NoSuchRunError, RunExistsError, RunFolder
from search.study.run_lock import RunningError
from search.study.study import StudyRecord
from tests.search.factory import fill, new_run, result, settings, spec


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
    with pytest.raises(RunExistsError) as refused:
        new_run(tmp_path)
    assert refused.value.where == str(tmp_path / "tiny")
    assert len(RunFolder.find(tmp_path, "tiny").open_record().trials()) == 1


def test_a_database_that_can_not_be_used_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoAnswerError):
        new_run(tmp_path, storage={"study": "sqlite:////nowhere/at/all/study.db"})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("outside", [False, True])
def test_nothing_is_left_of_a_run_that_could_not_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outside: bool
) -> None:
    url = f"sqlite:///{tmp_path / 'outside.db'}"
    storage = {"study": url} if outside else {}
    with monkeypatch.context() as patch:
        patch.setattr("optuna.storages.RDBStorage.set_study_user_attr", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            new_run(tmp_path / "runs", storage=storage)
    assert not list((tmp_path / "runs").iterdir())
    new_run(tmp_path / "runs", storage=storage)  # the name is free


def test_an_unknown_run_is_answered_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(NoSuchRunError) as none:
        RunFolder.find(tmp_path, "tiny")
    assert (none.value.where, none.value.known) == ("tiny", ())
    new_run(tmp_path, "one")
    new_run(tmp_path, "two")
    with pytest.raises(NoSuchRunError) as missing:
        RunFolder.find(tmp_path, "three")
    assert (missing.value.where, missing.value.known) == ("three", ("one", "two"))


def test_a_run_is_written_by_one_process_at_a_time(tmp_path: Path) -> None:
    folder, _ = new_run(tmp_path)
    with (
        folder.lock(),
        pytest.raises(RunningError, check=lambda error: error.where == str(folder.path)),
        RunFolder.find(tmp_path, "tiny").lock(),
    ):
        pass
    with folder.lock():
        pass


def test_storage_may_be_elsewhere(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    folder, _ = new_run(tmp_path, storage={"study": url, "mlflow": "http://localhost:5000"})
    assert (folder.study_url, folder.mlflow_uri) == (url, "http://localhost:5000")
    assert (tmp_path / "elsewhere.db").exists()
    assert not (folder.path / "study.db").exists()


def test_a_launch_that_died_before_there_was_a_study_never_began(tmp_path: Path) -> None:
    wanted = settings(storage={"study": f"sqlite:///{tmp_path / 'elsewhere.db'}"})
    folder, _ = new_run(tmp_path, storage={"study": wanted.storage.study})
    assert RunFolder.begun(tmp_path, wanted) is not None
    (tmp_path / "elsewhere.db").unlink()
    (folder.path / "weights").mkdir()
    assert RunFolder.begun(tmp_path, wanted) is not None, "what was trained stays"
    (folder.path / "weights").rmdir()
    assert RunFolder.begun(tmp_path, wanted) is None
    assert not folder.path.exists()


def test_a_launch_that_is_making_its_study_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = {"study": f"sqlite:///{tmp_path / 'outside.db'}"}
    create, refusals = StudyRecord.create, []

    def watched(*arguments: Any) -> StudyRecord:
        with pytest.raises(RunningError) as refused:
            RunFolder.begun(tmp_path / "runs", settings(storage=storage))
        refusals.append(refused)
        return create(*arguments)

    monkeypatch.setattr(StudyRecord, "create", watched)
    folder, _ = new_run(tmp_path / "runs", storage=storage)
    assert refusals
    assert not folder.in_use
    begun = RunFolder.begun(tmp_path / "runs", settings(storage=storage))
    assert begun is not None
    assert begun.path == folder.path


def test_looking_for_a_study_makes_no_database(tmp_path: Path) -> None:
    assert not StudyRecord.exists(f"sqlite:///{tmp_path / 'study.db'}", "tiny")
    assert not list(tmp_path.iterdir())


def test_by_default_everything_is_below_runs(tmp_path: Path) -> None:
    folder, _ = new_run(tmp_path)
    assert folder.study_url == f"sqlite:///{tmp_path / 'tiny' / 'study.db'}"
    assert folder.mlflow_uri == f"sqlite:///{tmp_path / 'mlflow.db'}"
    assert folder.weights(7) == tmp_path / "tiny" / "weights" / "00007.safetensors"


def test_the_record_holds_no_database_address(tmp_path: Path) -> None:
    new_run(tmp_path, storage={"mlflow": "http://user:${PASSWORD}@tracking.example"})
    assert b"tracking.example" not in (tmp_path / "tiny" / "study.db").read_bytes()
    assert (
        "tracking.example" not in spec(storage={"mlflow": "http://user:${PASSWORD}@tracking.example"}).model_dump_json()
    )


def test_a_database_in_the_runs_own_folder_may_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the example of a search file: relative to where the search is launched, and good from anywhere."""
    monkeypatch.chdir(tmp_path)
    storage = {"study": "sqlite:///runs/tiny/study.db", "mlflow": "sqlite:///runs/mlflow.db"}
    folder, record = new_run(Path("runs"), storage=storage)
    fill(record, [result(0.5)])
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    found = RunFolder.find(tmp_path / "runs", "tiny")
    assert len(found.open_record().trials()) == 1
    assert found.study_url == folder.study_url == f"sqlite:///{tmp_path / 'runs' / 'tiny' / 'study.db'}"
    assert found.mlflow_uri == f"sqlite:///{tmp_path / 'runs' / 'mlflow.db'}"
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == ["tiny"]
    (tmp_path / "runs" / "tiny").rename(tmp_path / "moved")
    assert len(RunFolder.find(tmp_path, "moved").open_record().trials()) == 1


def test_looking_whether_a_run_may_be_made_writes_nothing(tmp_path: Path) -> None:
    RunFolder.refuse_existing(tmp_path / "runs", settings(storage={"study": f"sqlite:///{tmp_path / 'x.db'}"}))
    assert not list(tmp_path.iterdir())


def test_of_two_launches_at_once_one_is_refused_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other is quicker after this one has looked: its run stays."""
    real = StudyRecord.create.__func__  # type: ignore[attr-defined]

    def slow(*arguments: Any) -> StudyRecord:
        record: StudyRecord = real(StudyRecord, *arguments)
        monkeypatch.undo()
        new_run(tmp_path / "runs")
        return record

    monkeypatch.setattr(StudyRecord, "create", slow)
    with pytest.raises(RunExistsError) as refused:
        new_run(tmp_path / "runs", search={"trials": 99})
    assert refused.value.where == str(tmp_path / "runs" / "tiny")
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == ["tiny"]
    assert RunFolder.find(tmp_path / "runs", "tiny").settings.search.trials != 99


def test_the_number_of_trials_asked_for_last_is_kept(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path, search={"trials": 7})
    assert record.snapshot().asked == 7
    record.ask(12)
    assert folder.snapshot().asked == 12


def test_neither_trials_nor_hours_make_it_another_search(tmp_path: Path) -> None:
    new_run(tmp_path, search={"hours": 2})
    begun = RunFolder.begun(tmp_path, settings(search={"hours": 3, "trials": 4}))
    assert begun is not None
    assert (begun.settings.search.trials, begun.settings.search.hours) == (None, 2.0)
