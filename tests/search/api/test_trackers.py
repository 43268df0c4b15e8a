"""A tracker beside the run's log and MLflow is notified of every trial and epoch and of the end, in order."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from search.api.execution import run_recorded
from search.api.record_evaluation import RecordedEvaluation
from search.api.recording import Recording, record_score
from search.api.watcher import Start, Watcher
from search.run.driver import Driver
from search.run.run_log import LOG_NAME
from search.run.tracker import Tracker
from search.study.final_evaluation import FinalEvaluation
from search.study.folder import RunFolder
from search.study.study import StudyRecord
from tests.search.factory import fill, new_run, quality, result, score
from tests.tracker import JsonLines

EPOCHS = 3


class Watched(Watcher):
    """Adds a tracker to a launch, as ``run_recorded`` has those that every launch has."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def trackers(self, start: Start) -> Sequence[Tracker]:
        return [JsonLines(self._path)]


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def train(driver: Driver, count: int) -> None:
    """What the searcher tells a driver of so many trials: epochs, and the last one with the result."""
    for _ in range(count):
        task = driver.next_task()
        assert task is not None
        task.weights.parent.mkdir(exist_ok=True)
        task.weights.write_bytes(b"weights")
        outcome = result(quality(task.candidate.arch), epochs=EPOCHS)
        for epoch in outcome.epochs[:-1]:
            driver.epoch_done(task.number, epoch)
        driver.trial_ended(task.number, outcome)


def test_it_hears_of_every_trial_and_epoch_and_loss(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    with JsonLines(tmp_path / "events") as tracker:
        driver = Driver(folder, record, 3, [tracker])
        task = driver.next_task()
        assert task is not None
        driver.trial_lost(task.number, "the power went")
        train(driver, 3)
        tracker.search_ended(driver)
    heard = lines(tmp_path / "events")
    assert [line["event"] for line in heard[:2]] == ["started", "lost"]
    for trial in driver.ended:
        assert trial.result is not None
        own = [line for line in heard if line.get("trial") == trial.number]
        epochs = [line["val_accuracy"] for line in own if line["event"] == "epoch"]
        assert epochs == [epoch.val_accuracy for epoch in trial.result.epochs]
        assert own[-1] == {"event": "ended", "trial": trial.number, "status": "complete"}
    assert heard[-1] == {"event": "search ended", "trials": 3, "problem": None}


@pytest.fixture
def over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[RunFolder, StudyRecord]:
    """A run of two trials that are over: a launch trains nothing, and needs no Ray."""
    monkeypatch.chdir(tmp_path)
    folder, record = new_run(tmp_path, search={"trials": 2})
    fill(record, [result(0.5), result(0.7)])
    return folder, record


def test_a_launch_enters_it_and_tells_it_of_the_end(tmp_path: Path, over: tuple[RunFolder, StudyRecord]) -> None:
    folder, record = over
    outcome = run_recorded(folder, record, record.snapshot(), Watched(tmp_path / "events"))
    assert outcome.finished
    assert lines(tmp_path / "events") == [{"event": "search ended", "trials": 2, "problem": None}]
    assert (outcome.folder.path / LOG_NAME).is_file(), "the trackers that every launch has are there, too"
    mlflow, events = outcome.trackers
    assert (mlflow.name, mlflow.problem) == ("MLflow", None)
    assert events == JsonLines(tmp_path / "events").report()


def test_it_hears_of_what_a_network_scores_after_the_search(
    tmp_path: Path, over: tuple[RunFolder, StudyRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, record = over
    candidate = record.trials()[1].candidate
    final = FinalEvaluation(
        weights_sha256="a" * 64, candidate=candidate, trial=1, epochs=9, seed=0, folder="/x", val=score(5, 8)
    )
    monkeypatch.setattr("search.api.recording.trackers_of", lambda *_: [JsonLines(tmp_path / "events")])
    recorded = RecordedEvaluation(folder, record.spec, final, same_training=None)
    monkeypatch.setattr("search.api.recording.record_evaluation", lambda *_: recorded)
    network: Any = None
    recording = record_score(network, tmp_path, tmp_path)
    assert lines(tmp_path / "events") == [{"event": "evaluated", "arch_id": candidate.arch.arch_id, "val": 0.625}]
    assert recording == Recording(recorded=recorded, trackers=(JsonLines(tmp_path / "events").report(),))
