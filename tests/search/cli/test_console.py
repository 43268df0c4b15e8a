"""What options mean, and what is printed when something beside a command's work fails."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from search.api.data_location import read_data_location
from search.api.record_evaluation import RecordedEvaluation
from search.api.recording import record_score
from search.cli.console import console, print_json
from search.cli.recording import print_recording
from search.study.final_evaluation import FinalEvaluation
from tests.search.factory import score, spec


def test_data_are_in_a_folder_or_in_an_object_store() -> None:
    assert read_data_location("data/photos") == Path("data/photos")
    assert read_data_location("s3://bucket/photos?region=eu-west-1") == "s3://bucket/photos?region=eu-west-1"


def test_an_mlflow_that_was_not_reached_says_why_without_its_password(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("http://me:hunter2@host: no space left\nand more")

    monkeypatch.setenv("PW", "hunter2")
    run: Any = SimpleNamespace(path=tmp_path / "photos", mlflow_uri="http://me:${PW}@host")
    asked = spec("tiny")
    candidate = next(iter(asked.search_space))
    final = FinalEvaluation(
        weights_sha256="a" * 64, candidate=candidate, trial=None, epochs=9, seed=0, folder="/x", val=score(5, 8)
    )
    recorded = RecordedEvaluation(run, asked, final, same_training=None)
    monkeypatch.setattr("search.api.recording.record_evaluation", lambda *_: recorded)
    monkeypatch.setattr("search.tracking.mlflow_mirror.write_evaluations", fails)
    network: Any = SimpleNamespace(origin=SimpleNamespace(trial=None))
    recording = record_score(network, tmp_path, tmp_path)
    assert recording is not None
    assert recording.recorded is recorded
    (mlflow,) = recording.trackers
    assert mlflow.problem == "RuntimeError: http://me:***@host: no space left"
    with console.capture() as captured:
        print_recording(recording, console)
    assert f": {mlflow.problem}; " in captured.get()
    assert captured.get().endswith(f": {mlflow.retry}\n")
    assert mlflow.retry == f"ulsam-search mirror {tmp_path / 'photos'}"


def test_values_that_are_no_numbers_are_null(capsys: pytest.CaptureFixture[str]) -> None:
    print_json(
        {"loss": float("nan"), "rows": [(1.5, float("inf")), {"low": -float("inf"), "name": "NaN"}], "none": None}
    )
    assert json.loads(capsys.readouterr().out, parse_constant=pytest.fail) == {
        "loss": None,
        "rows": [[1.5, None], {"low": None, "name": "NaN"}],
        "none": None,
    }
