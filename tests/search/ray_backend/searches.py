"""Searches on real Ray, watched and killed from outside."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from search.study.folder import RunFolder
from search.study.trial import TrialRecord
from tests.helpers import Shell

SEARCH = """
name: mine
data: data/digits
space: {widths: [0.1, 0.2], groups: [1, 4], placements: {at_most: 2}}
search: {trials: 4}
training: {epochs: 3, input_size: 16, batch_size: 64, learning_rate: 0.02, flip: false}
"""


def trials_of(terminal: Shell) -> tuple[TrialRecord, ...]:
    return RunFolder.find(terminal.folder / "runs", "mine").open_record().trials()


def read_until(process: subprocess.Popen[str], text: str) -> str:
    """Waits for a line of output that has ``text``, and returns it."""
    assert process.stdout is not None
    seen = []
    for line in process.stdout:
        seen.append(line)
        if text in line:
            return line
    raise AssertionError(f"{text!r} never came:\n{''.join(seen)}")


def read_rest(process: subprocess.Popen[str]) -> str:
    """What comes after :func:`read_until`, to the end: ``communicate`` would lose lines that were read ahead."""
    assert process.stdout is not None
    rest = process.stdout.read()
    process.wait()
    return rest


def candidates_of(driver: subprocess.Popen[str]) -> list[psutil.Process]:
    """The workers of a driver that started Ray itself, by the names that they have idle and at work."""
    workers = []
    for process in psutil.Process(driver.pid).children(recursive=True):
        with contextlib.suppress(psutil.Error, IndexError):
            workers += (
                [process] if process.cmdline()[0].startswith(("ray::TrialWorker", "ray::ResourceTrainable")) else []
            )
    assert workers, "no worker is there"
    return workers


def wait_for(what: str, seconds: float, condition: object) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds:.0f} s"
        time.sleep(0.2)


def parent_status(terminal: Shell) -> str:
    """MLflow's status of the run that stands for the search."""
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{terminal.folder / 'runs' / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("mine")
    assert experiment is not None
    (parent,) = client.search_runs([experiment.experiment_id], "tags.`ulsam_search.trial` = 'parent'")
    return str(parent.info.status)


@contextmanager
def nodes(terminal: Shell, count: int) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A cluster's address, and its process: see ``nodes.py``."""
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("nodes.py")), str(count)],
        env=terminal.env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip(), process
    finally:
        process.stdin.close()
        process.wait(timeout=60)
