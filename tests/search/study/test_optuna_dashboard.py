"""Optuna's own dashboard opens the study of a search as it is."""

import json
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.error import URLError

import pytest

from search.study.folder import RunFolder
from tests.helpers import COMMAND, Shell
from tests.search.ray_backend.ports import free_ports


@pytest.fixture
def dashboard(finished: Shell) -> Iterator[str]:
    """Its address."""
    (port,) = free_ports(1)
    url = RunFolder.find(finished.folder / "runs", "tiny").study_url
    server = subprocess.Popen(
        [COMMAND.with_name("optuna-dashboard"), url, "--host", "127.0.0.1", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield f"http://127.0.0.1:{port}/api"
    server.terminate()
    server.wait()


def ask(address: str) -> Any:
    """What it answers, once it is up."""
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(address) as answer:
                return json.load(answer)
        except URLError:
            assert time.monotonic() < deadline, "the dashboard does not come up"
            time.sleep(0.5)


def test_it_shows_every_trial_with_its_objectives(finished: Shell, dashboard: str) -> None:
    (study,) = ask(f"{dashboard}/studies")["study_summaries"]
    assert study["study_name"] == "tiny"
    shown = ask(f"{dashboard}/studies/{study['study_id']}")
    trials = RunFolder.find(finished.folder / "runs", "tiny").open_record().trials()
    assert [trial["values"] for trial in shown["trials"]] == [list(trial.objectives) for trial in trials]
    assert {trial["state"] for trial in shown["trials"]} == {"Complete"}
    assert {"backbone", "width"} <= {param["name"] for param in shown["trials"][0]["params"]}
    with urllib.request.urlopen(f"{dashboard.removesuffix('/api')}/csv/{study['study_id']}") as table:
        assert {"accuracy", "params", "flops"} <= set(table.readline().decode().strip().split(","))
