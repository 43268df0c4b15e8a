"""MLflow's view of a search that runs: its running trials, and how long it waits for MLflow at its end."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from signal import SIGINT, default_int_handler, signal
from threading import Event, Timer
from typing import Any

import pytest

from search.tracking import mlflow_mirror
from search.tracking.mlflow_mirror import MlflowMirror
from search.tracking.mlflow_runs import MlflowRuns
from search.tracking.mlflow_server import runs_page
from tests.search.factory import fill, new_run, result, spec
from tests.search.tracking.mirrored import children, everything, mirror, runs


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_search_that_goes_on_runs_in_mlflow_at_once_with_its_running_trials(tmp_path: Path, database: str) -> None:
    _, record = new_run(tmp_path, name="goes-on")
    ended, (waiting,) = fill(record, [result(0.5)]), fill(record, [None], seed=1)
    with MlflowMirror(database, record.spec, 9, ended) as view:
        view.trial_started(waiting)
    assert view.problem is None
    assert runs(database, "goes-on")[0].info.status == "KILLED"
    before = children(database, "goes-on")[f"trial {waiting.number:05d}"]
    assert before.info.status == "KILLED"
    assert before.data.params["arch_id"] == waiting.arch.arch_id
    with MlflowMirror(database, record.spec, 9, ended) as view:
        wait_until(lambda: runs(database, "goes-on")[0].info.status == "RUNNING")  # no trial has begun yet
        view.trial_started(waiting)
        wait_until(lambda: children(database, "goes-on")[before.info.run_name].info.status == "RUNNING")
        view.trial_ended(record.finish(waiting, result(0.6)))
        view.outcome = "FINISHED"
    assert view.problem is None
    after = children(database, "goes-on")
    assert len(after) == 2
    assert {run.info.status for run in after.values()} == {"FINISHED"}
    assert after[before.info.run_name].info.run_id == before.info.run_id
    assert after[before.info.run_name].data.metrics["accuracy"] == 0.6


def test_a_trial_that_was_running_is_the_same_as_one_that_was_never_seen_running(tmp_path: Path, database: str) -> None:
    _, record = new_run(tmp_path, name="seen")
    (started,) = fill(record, [None])
    other = f"sqlite:///{tmp_path / 'other.db'}"
    with MlflowMirror(database, record.spec, 9) as view:
        view.trial_started(started)
        wait_until(lambda: bool(children(database, "seen")))
        view.trial_ended(record.finish(started, result(0.6)))
    mirror(database, record, record.ended(), [])
    mirror(other, record, record.ended(), [])
    seen, unseen = (dict(children(uri, "seen")["trial 00000"].data.tags) for uri in (database, other))
    assert seen.pop("mlflow.parentRunId") != unseen.pop("mlflow.parentRunId")
    assert seen == unseen
    assert everything(database, "seen")[0][4] == everything(other, "seen")[0][4]  # type: ignore[index]


def test_a_trial_that_ends_halfway_into_its_run_is_made_good(
    tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, record = new_run(tmp_path, name="halfway")
    started = fill(record, [None, None])
    real, failed = MlflowRuns._write_architecture, Event()

    def vanish(runs: MlflowRuns, *arguments: Any) -> None:
        if not failed.is_set():
            failed.set()
            raise ConnectionError("gone")
        real(runs, *arguments)

    monkeypatch.setattr(MlflowRuns, "_write_architecture", vanish)
    with MlflowMirror(database, record.spec, 2) as view:
        for trial in started:
            view.trial_started(trial)
        wait_until(lambda: len(children(database, "halfway")) == 2)
        view.trial_ended(record.finish(started[0], result(0.5)))
        assert failed.wait(60)
        view.trial_ended(record.finish(started[1], result(0.6)))
        view.outcome = "FINISHED"
    assert view.problem is None
    found = children(database, "halfway")
    assert {run.data.metrics["accuracy"] for run in found.values()} == {0.5, 0.6}
    assert {run.info.status for run in found.values()} == {"FINISHED"}


@pytest.mark.usefixtures("without_retries")
def test_a_server_that_is_down_costs_no_time_and_raises_nothing(tmp_path: Path) -> None:
    _, record = new_run(tmp_path)
    trials = fill(record, [result(0.5), result(0.6)])
    view = MlflowMirror("http://127.0.0.1:9", record.spec, 9, patience=60)
    with view:
        start = time.monotonic()
        for trial in trials:
            view.trial_ended(trial)
        assert time.monotonic() - start < 0.5
    assert view.problem is not None


def test_a_server_that_hangs_is_waited_for_only_so_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.tracking.mlflow_runs.connect", lambda uri: time.sleep(3))
    _, record = new_run(tmp_path)
    view = MlflowMirror("http://127.0.0.1:9", record.spec, 9, patience=0.2)
    start = time.monotonic()
    with view:
        view.trial_ended(fill(record, [result(0.5)])[0])
    assert time.monotonic() - start < 2
    assert view.problem == "the server did not answer within 0 s"


def test_who_presses_ctrl_c_again_does_not_wait_for_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.tracking.mlflow_runs.connect", lambda uri: time.sleep(3))
    _, record = new_run(tmp_path)
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt), MlflowMirror("http://127.0.0.1:9", record.spec, 9) as view:
        raise KeyboardInterrupt
    assert time.monotonic() - start < 2
    assert view.problem == "not waited for"


def test_who_pressed_ctrl_c_waits_seconds_and_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.tracking.mlflow_runs.connect", lambda uri: time.sleep(20))
    monkeypatch.setattr("search.tracking.mlflow_mirror._SILENT_SECONDS", 0.1)
    monkeypatch.setattr("search.tracking.mlflow_mirror._INTERRUPTED_SECONDS", 0.5)
    _, record = new_run(tmp_path)
    said: list[str] = []
    start = time.monotonic()
    with MlflowMirror("http://127.0.0.1:9", record.spec, 9, say=said.append) as view:
        view.interrupted()
    assert 0.4 < time.monotonic() - start < 5
    (line,) = said
    assert "MLflow" in line
    assert view.problem is not None
    assert mlflow_mirror._INTERRUPTED_SECONDS <= 10


def test_ctrl_c_ends_the_wait_for_a_server_and_not_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.tracking.mlflow_runs.connect", lambda uri: time.sleep(20))
    _, record = new_run(tmp_path)
    start = time.monotonic()

    def press(_: str) -> None:
        Timer(0.3, os.kill, (os.getpid(), SIGINT)).start()

    before = signal(SIGINT, default_int_handler)  # a shell starts what runs in the background without one
    try:
        with MlflowMirror("http://127.0.0.1:9", record.spec, 9, say=press) as view:
            pass
    finally:
        signal(SIGINT, before)
    assert time.monotonic() - start < 10
    assert view.problem == "not waited for"


@pytest.mark.parametrize(
    ("uri", "where", "server"),
    [
        ("sqlite:////x/mlflow.db", "mlflow ui --backend-store-uri sqlite:////x/mlflow.db", "http://127.0.0.1:5000"),
        ("https://track.example/base/", "experiment tiny on your tracking server", "https://track.example/base"),
        ("postgresql://host/mlflow", "experiment tiny on your tracking server", None),
    ],
)
def test_it_reports_in_which_file_or_on_whose_page_it_is(uri: str, where: str, server: str | None) -> None:
    view = MlflowMirror(uri, spec("tiny"), run=Path("/runs/tiny"))
    report = view.report()
    assert (report.name, report.where, report.problem) == ("MLflow", where, None)
    assert report.retry == "ulsam-search mirror /runs/tiny"
    assert report.page is None, "MLflow did not answer: it has no experiment"
    view.experiment = "7"
    assert view.report().page == (server and runs_page(server, "7"))
