"""MLflow's view after writes that failed, kills and losses: made good, and nothing is made twice."""

import sqlite3
from pathlib import Path
from threading import Event
from typing import Any

import pytest

pytest.importorskip("mlflow")

from mlflow import MlflowClient

from search.tracking import mlflow_server
from search.tracking.mlflow_mirror import MlflowMirror
from search.tracking.mlflow_runs import MlflowRuns
from tests.helpers import Shell
from tests.search.factory import fill, new_run, result
from tests.search.tracking.mirrored import everything, mirror, runs


def test_half_a_child_that_a_crash_left_is_made_anew(tmp_path: Path, database: str) -> None:
    _, record = new_run(tmp_path, name="torn")
    trials = fill(record, [result(0.5)])
    mirror(database, record, (), trials)
    parent, _ = runs(database, "torn")
    client = MlflowClient(database)
    client.create_run(parent.info.experiment_id, tags={"ulsam_search.search_id": record.spec.search_id})
    mirror(database, record, tuple(trials), fill(record, [result(0.6)], seed=1))
    _, children = runs(database, "torn")
    assert sorted(children) == [0, 1]


def test_a_write_that_failed_halfway_is_made_good(
    tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server vanishes between making a child run and filling it, and comes back."""
    _, record = new_run(tmp_path, name="comes-back")
    trials = fill(record, [result(0.5), result(0.6)])
    real, failed = MlflowRuns._log, Event()

    def vanish(runs: MlflowRuns, *arguments: Any) -> None:
        if len(arguments[1]) > 3 and not failed.is_set():
            failed.set()
            raise ConnectionError("gone")
        real(runs, *arguments)

    monkeypatch.setattr(MlflowRuns, "_log", vanish)
    view = MlflowMirror(database, record.spec, 9)
    with view:
        view.trial_ended(trials[0])
        assert failed.wait(60)
        view.trial_ended(trials[1])
    assert view.problem is None
    _, children = runs(database, "comes-back")
    assert sorted(children) == [0, 1]
    assert children[0].data.metrics["accuracy"] == 0.5


def test_half_a_parent_is_made_anew(tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _, record = new_run(tmp_path, name="half-parent")
    with monkeypatch.context() as patch:
        patch.setattr(MlflowRuns, "_log", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            MlflowRuns(database, record.spec, 9)
    mirror(database, record, (), fill(record, [result(0.5)]))
    parent, _ = runs(database, "half-parent")
    assert parent.data.params["data"] == "digits"


def test_a_kill_while_the_database_is_made_leaves_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """MLflow itself would find half of its tables there, and refuse the database for ever."""
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"

    def killed(uri: str, artifacts: str) -> None:
        assert artifacts == (tmp_path / "mlflow-artifacts").as_uri()
        with sqlite3.connect(uri.removeprefix("sqlite:///")) as half:
            half.execute("CREATE TABLE secrets (secret_id VARCHAR(36))")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("mlflow.store.tracking.sqlalchemy_store.SqlAlchemyStore", killed)
        with pytest.raises(KeyboardInterrupt):
            mlflow_server.connect(uri)
    assert not (tmp_path / "mlflow.db").exists()
    assert mlflow_server.connect(uri).search_experiments()


def test_an_experiment_that_was_deleted_comes_back(tmp_path: Path, database: str) -> None:
    _, record = new_run(tmp_path)
    trials = fill(record, [result(0.5), result(0.6)])
    client = MlflowClient(database)
    for _ in range(2):
        with MlflowMirror(database, record.spec, 9, trials) as view:
            pass
        assert view.problem is None
        experiment = client.get_experiment_by_name("tiny")
        assert experiment is not None
        assert len(client.search_runs([experiment.experiment_id])) == 3
        client.delete_experiment(experiment.experiment_id)


def test_a_view_that_was_lost_is_made_again_by_the_command_and_made_once(finished: Shell, tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path / 'new.db'}"
    assert "MLflow has all 5 trials of tiny" in finished.run("mirror", "tiny", "--to", uri)
    once = everything(uri, "tiny")
    finished.run("mirror", "tiny", "--to", uri)
    assert everything(uri, "tiny") == once
    own = everything(f"sqlite:///{finished.folder / 'runs' / 'mlflow.db'}", "tiny")
    ids = {"mlflow.parentRunId"}
    for there, here in zip(once, own, strict=True):
        assert there[0] == here[0]  # type: ignore[index]
        assert there[2] == here[2]  # type: ignore[index]
        assert [tag for tag in there[3] if tag[0] not in ids] == [tag for tag in here[3] if tag[0] not in ids]  # type: ignore[index]
        assert there[4] == here[4]  # type: ignore[index]


@pytest.mark.usefixtures("without_retries")
def test_a_server_that_is_down_makes_mirror_say_so(finished: Shell) -> None:
    assert "MLflow is not up to date: " in finished.run("mirror", "tiny", "--to", "http://127.0.0.1:9", expect=1)


def test_a_registry_that_fails_makes_mirror_say_so(finished: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeError("http://me:hunter2@127.0.0.1:9/api: no registry here\nand more")

    monkeypatch.setattr("search.tracking.mlflow_models.MlflowModels.__init__", refuse)
    monkeypatch.setenv("PW", "hunter2")
    monkeypatch.setattr("search.study.folder.RunFolder.mlflow_uri", "http://me:${PW}@127.0.0.1:9")
    monkeypatch.setattr("search.tracking.mlflow_mirror.MlflowMirror._work", lambda self: None)
    monkeypatch.setattr("search.tracking.mlflow_mirror.write_evaluations", lambda *_: None)
    said = finished.run("mirror", "tiny", "--models", expect=1)
    assert "MLflow is not up to date: RuntimeError: http://me:***@127.0.0.1:9/api: no registry here\n" in said
