"""What options stand for, and what is said when something beside a command's work fails."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from search.cli.console import console, join_run, read_place
from search.export.join import Joined
from search.record.final import FinalScore, Hits
from tests.search.factory import facts


def test_data_are_in_a_folder_or_in_an_object_store() -> None:
    assert read_place("data/photos") == Path("data/photos")
    assert read_place("s3://bucket/photos?region=eu-west-1") == "s3://bucket/photos?region=eu-west-1"


def test_an_mlflow_that_was_not_told_says_why_without_its_password(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("http://me:hunter2@host: no space left\nand more")

    monkeypatch.setenv("PW", "hunter2")
    run: Any = SimpleNamespace(path=tmp_path / "photos", mlflow_uri="http://me:${PW}@host")
    asked = facts("tiny")
    arch = next(iter(asked.search_space))
    final = FinalScore(weights_sha256="a" * 64, arch=arch, trial=None, epochs=9, seed=0, folder="/x", val=Hits(5, 8))
    joined = Joined(run, asked, final)
    monkeypatch.setattr("search.export.join.join", lambda *_: joined)
    monkeypatch.setattr("search.views.mlflow_finals.write_finals", fails)
    network: Any = SimpleNamespace(origin=SimpleNamespace(trial=None))
    with console.capture() as captured:
        join_run(network, tmp_path, tmp_path, console)
    assert "RuntimeError: http://me:***@host: no space left)" in captured.get()
