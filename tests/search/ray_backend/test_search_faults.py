"""Searches on real Ray whose workers die, whose machines come and go, and whose disk fills up."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from search.study.trial import Status
from tests.helpers import Shell
from tests.search.ray_backend.searches import SEARCH, candidates_of, nodes, read_rest, read_until, trials_of, wait_for


@pytest.mark.slow
def test_a_machine_that_goes_away_costs_no_trial(new_shell: Shell) -> None:
    new_shell.write("mine.yaml", SEARCH)
    with nodes(new_shell, 2) as (address, cluster):
        process = new_shell.start("launch", "mine.yaml", "--address", address)
        read_until(process, "[1/4]")
        assert cluster.stdin is not None
        print("remove", file=cluster.stdin, flush=True)
        output = read_rest(process)
    assert process.returncode == 0, output
    assert "was interrupted: its machine went away" in output
    assert [trial.status for trial in trials_of(new_shell)] == [Status.COMPLETE] * 4


@pytest.mark.slow
def test_a_machine_that_comes_in_the_middle_is_used(new_shell: Shell) -> None:
    # Long enough that a second worker has started before the first is free again.
    new_shell.write("mine.yaml", SEARCH.replace("trials: 4", "trials: 5, rungs: []").replace("epochs: 3", "epochs: 12"))
    with nodes(new_shell, 1) as (address, cluster):
        process = new_shell.start("launch", "mine.yaml", "--address", address)
        read_until(process, "[1/5]")
        assert cluster.stdin is not None
        print("add", file=cluster.stdin, flush=True)
        output = read_rest(process)
    assert process.returncode == 0, output
    trials = trials_of(new_shell)
    assert [trial.status for trial in trials] == [Status.COMPLETE] * 5
    assert len({trial.result.node for trial in trials if trial.result}) == 2


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_no_trial(new_shell: Shell) -> None:
    new_shell.write("mine.yaml", SEARCH)
    process = new_shell.start("launch", "mine.yaml")
    read_until(process, "[1/4]")
    candidates_of(process)[0].kill()
    output = read_rest(process)
    assert process.returncode == 0, output
    assert [trial.status for trial in trials_of(new_shell)] == [Status.COMPLETE] * 4
    assert len({trial.arch for trial in trials_of(new_shell)}) == 4
    log = (new_shell.folder / "runs" / "mine" / "search.log").read_text().splitlines()
    assert [" WARNING " in line and "lost its worker" in line for line in log].count(True) == 1


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 48 MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", disk], capture_output=True)
    if mounted.returncode:
        pytest.skip("needs the right to mount a small disk")
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


@pytest.mark.slow
def test_a_disk_that_fills_up_ends_the_search_with_the_reason_and_loses_nothing(
    new_shell: Shell, small_disk: Path
) -> None:
    new_shell.write("mine.yaml", SEARCH + "resources: {checkpoint_seconds: 0}\n")
    (new_shell.folder / "runs").symlink_to(small_disk)
    process = new_shell.start("launch", "mine.yaml")
    read_until(process, "[1/4]")
    filler = small_disk / "filler"
    with contextlib.suppress(OSError), filler.open("wb") as file:
        while True:
            file.write(bytes(1 << 16))
            file.flush()
    output = read_rest(process)
    assert process.returncode == 1, output
    assert "Traceback" not in output
    assert any(words in output for words in ("No space left", "disk is full", "is the disk full?")), output
    assert ": ulsam-search launch --resume" in output
    filler.unlink()
    before = [trial for trial in trials_of(new_shell) if trial.status is Status.COMPLETE]
    assert before
    new_shell.launch("--resume", "mine")
    after = trials_of(new_shell)
    assert [trial.status for trial in after] == [Status.COMPLETE] * 4
    assert all(trial in after for trial in before), "a finished trial was run again"


@pytest.mark.slow
def test_a_worker_that_is_killed_in_the_middle_of_a_training_costs_no_epoch_that_was_kept(new_shell: Shell) -> None:
    new_shell.write("mine.yaml", SEARCH.replace("epochs: 3", "epochs: 30") + "resources: {checkpoint_seconds: 0}\n")
    process = new_shell.start("launch", "mine.yaml", "--trials", 2)
    checkpoints = new_shell.folder / "runs" / "mine" / "checkpoints"
    wait_for("a few epochs", 120, lambda: len(list(checkpoints.glob("*/epoch-*"))) >= 4)
    kept = {int(path.name.split("-")[1]) for path in checkpoints.glob("*/epoch-*")}
    for worker in candidates_of(process):
        worker.kill()
    output = read_rest(process)
    assert process.returncode == 0, output
    results = [trial.result for trial in trials_of(new_shell)]
    assert all(result is not None and len(result.epochs) == 30 for result in results)
    notes = [note for result in results if result is not None for note in result.interruptions]
    assert len(notes) == 2
    taken_up = [int(note.split("after epoch ")[1].split()[0]) for note in notes]
    assert min(taken_up) >= min(kept)
    assert "interrupted, went on after epoch" in output
    assert not checkpoints.exists()
