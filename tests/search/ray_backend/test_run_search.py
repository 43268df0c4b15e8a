"""Searches on real Ray: killed, interrupted, spread over two nodes, and with workers that die."""

import contextlib
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import torch

from search.errors import RunExistsError
from search.study.folder import RunFolder, RunningError
from search.study.trial import Status, TrialRecord
from tests.helpers import Shell

SEARCH = """
name: mine
data: data/digits
space: {widths: [0.1, 0.2], groups: [1, 4], placements: {at_most: 2}}
search: {trials: 4}
training: {epochs: 3, input_size: 16, batch_size: 32, learning_rate: 0.02, flip: false}
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


def processes_in(folder: str) -> list[psutil.Process]:
    """Ray's processes with their files in ``folder``."""

    def is_there(process: psutil.Process) -> bool:
        try:
            return any(folder in part for part in process.cmdline())
        except psutil.Error:
            return False

    return [process for process in psutil.process_iter() if is_there(process)]


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


def mlflow_trials(terminal: Shell) -> list[str]:
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{terminal.folder / 'runs' / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("mine")
    assert experiment is not None
    return sorted(run.data.tags["ulsam_search.trial"] for run in client.search_runs([experiment.experiment_id]))


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


def kill_after(terminal: Shell, text: str, *arguments: str) -> tuple[TrialRecord, ...]:
    """Starts a search, kills its driver once ``text`` was printed, and returns what the record says then."""
    process = terminal.start("launch", "mine.yaml", *arguments)
    read_until(process, text)
    process.kill()
    process.wait()
    trials = trials_of(terminal)
    assert {trial.status for trial in trials} == {Status.COMPLETE, Status.RUNNING}
    return trials


def check_resumed(terminal: Shell, before: tuple[TrialRecord, ...], output: str) -> None:
    """After a resume there are four trials, none of them trained twice and none given up."""
    done = [trial for trial in before if trial.status is Status.COMPLETE]
    assert f"4 trials, {len(done)} of them done" in output
    after = trials_of(terminal)
    assert [trial.number for trial in after] == list(range(4))
    assert {trial.status for trial in after} == {Status.COMPLETE}
    assert len({trial.arch for trial in after}) == 4
    assert all(after[trial.number] == trial for trial in done), "a finished trial was run again"
    assert all(after[trial.number].arch == trial.arch for trial in before), "an interrupted network was dropped"
    assert mlflow_trials(terminal) == ["0", "1", "2", "3", "parent"]


def test_a_search_on_two_nodes_that_is_killed_resumes_to_exactly_as_many_trials(new_shell: Shell) -> None:
    new_shell.write("mine.yaml", SEARCH)
    with nodes(new_shell, 2) as (address, _):
        before = kill_after(new_shell, "[1/4]", "--address", address)
        output = new_shell.launch("--resume", "mine", "--address", address)
    check_resumed(new_shell, before, output)
    assert len({trial.result.node for trial in trials_of(new_shell) if trial.result}) == 2


@pytest.mark.slow
def test_a_killed_search_on_this_machine_resumes_to_exactly_as_many_trials(new_shell: Shell) -> None:
    new_shell.write("mine.yaml", SEARCH)
    before = kill_after(new_shell, "[1/4]")
    ray_folder = new_shell.env["RAY_TMPDIR"]
    wait_for("the end of Ray's processes", 60, lambda: not processes_in(ray_folder))
    check_resumed(new_shell, before, new_shell.launch("--resume", "mine"))


@pytest.mark.slow
def test_a_machine_that_goes_away_costs_no_trial(new_shell: Shell) -> None:
    new_shell.write("mine.yaml", SEARCH)
    with nodes(new_shell, 2) as (address, cluster):
        process = new_shell.start("launch", "mine.yaml", "--address", address)
        read_until(process, "[1/4]")
        assert cluster.stdin is not None
        print("remove", file=cluster.stdin, flush=True)
        output, _ = process.communicate(timeout=280)
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
        output, _ = process.communicate(timeout=280)
    assert process.returncode == 0, output
    trials = trials_of(new_shell)
    assert [trial.status for trial in trials] == [Status.COMPLETE] * 5
    assert len({trial.result.node for trial in trials if trial.result}) == 2


@pytest.mark.slow
def test_ctrl_c_ends_a_search_that_can_go_on(new_shell: Shell) -> None:
    new_shell.write("mine.yaml", SEARCH)
    process = new_shell.start("launch", "mine.yaml")
    read_until(process, "[1/4]")
    process.send_signal(signal.SIGINT)
    read_until(process, "interrupted: workers are ended, which takes seconds; Ctrl-C again waits for nothing")
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "go on with: ulsam-search launch --resume mine" in output
    assert "Traceback" not in output
    new_shell.launch("--resume", "mine")
    assert [trial.status for trial in trials_of(new_shell)] == [Status.COMPLETE] * 4


@pytest.mark.slow
def test_ctrl_c_waits_seconds_for_an_mlflow_that_does_not_answer(new_shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        new_shell.write("mine.yaml", SEARCH + f"storage: {{mlflow: '{address}'}}\n")
        process = new_shell.start("launch", "mine.yaml")
        read_until(process, "[1/4]")
        process.send_signal(signal.SIGINT)
        read_until(process, "waiting for MLflow, 10 s at most")
        start = time.monotonic()
        line = read_until(process, "MLflow is not up to date")
        assert time.monotonic() - start < 15  # what ends after it, such as Ray, takes its own time
        output, _ = process.communicate(timeout=120)
    assert process.returncode == 130, output
    assert "ulsam-search mirror mine" in line + output
    assert "go on with: ulsam-search launch --resume mine" in output


@pytest.mark.slow
def test_a_search_in_which_every_network_diverges_stops_after_a_few(new_shell: Shell) -> None:
    never = SEARCH.replace("learning_rate: 0.02", "learning_rate: 10, momentum: 0.99, weight_decay: 0.9")
    new_shell.write("mine.yaml", never)
    output = new_shell.launch("mine.yaml", "--trials", 12, expect=1)
    for words in (
        "stopped with 5 of 12 trials",
        "5 trials",
        "DivergedError",
        "training.learning_rate",
        "--resume mine",
    ):
        assert words in output
    status = new_shell.figures("status", "mine")
    assert "DivergedError" in status["problem"]
    assert (status["state"], status["failed"]) == ("interrupted", 5)
    assert parent_status(new_shell) == "FAILED"
    assert "stopped with 10 of 12 trials" in new_shell.launch("--resume", "mine", expect=1), "it goes on and tries more"


@pytest.mark.slow
def test_a_search_that_ends_without_a_network_says_so(new_shell: Shell) -> None:
    never = SEARCH.replace("learning_rate: 0.02", "learning_rate: 10, momentum: 0.99, weight_decay: 0.9")
    new_shell.write("mine.yaml", never)
    output = new_shell.launch("mine.yaml", "--trials", 2, expect=1)
    for words in ("2 of 2 failed", "DivergedError", "training.learning_rate", "--trials"):
        assert words in output
    assert "export:" not in output
    assert "2 of 2 failed" in new_shell.launch("--resume", "mine", expect=1)
    assert "2 of 2 failed" in new_shell.figures("status", "mine")["problem"]


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_no_trial(new_shell: Shell) -> None:
    new_shell.write("mine.yaml", SEARCH)
    process = new_shell.start("launch", "mine.yaml")
    read_until(process, "[1/4]")
    candidates_of(process)[0].kill()
    output, _ = process.communicate(timeout=280)
    assert process.returncode == 0, output
    assert [trial.status for trial in trials_of(new_shell)] == [Status.COMPLETE] * 4
    assert len({trial.arch for trial in trials_of(new_shell)}) == 4
    log = (new_shell.folder / "runs" / "mine" / "search.log").read_text().splitlines()
    assert [" WARNING " in line and "lost its worker" in line for line in log].count(True) == 1


@pytest.mark.slow
def test_the_same_run_launched_twice_is_refused(new_shell: Shell) -> None:
    new_shell.write("mine.yaml", SEARCH)
    process = new_shell.start("launch", "mine.yaml")
    read_until(process, "4 trials, 0 of them done")
    new_shell.refused(RunningError, "launch", "--resume", "mine")
    new_shell.refused(RunExistsError, "launch", "mine.yaml")
    output, _ = process.communicate(timeout=280)
    assert process.returncode == 0, output
    assert len(trials_of(new_shell)) == 4


@pytest.mark.slow
def test_a_search_starts_every_network_from_the_weights_it_is_given(new_shell: Shell) -> None:
    from torchvision.models import mobilenet_v2

    torch.save(mobilenet_v2(width_mult=0.1).state_dict(), new_shell.folder / "imagenet.pth")
    new_shell.write("mine.yaml", SEARCH.replace("flip: false", "flip: false, pretrained: imagenet.pth"))
    output = new_shell.launch("mine.yaml", "--trials", 2)
    assert "mobilenet_v2 x0.1 inherits " in output
    assert "fresh: classifier" in output
    assert "mobilenet_v2 x0.2 inherits " in output
    (new_shell.folder / "imagenet.pth").unlink()  # the run has its own copy
    new_shell.launch("--resume", "mine", "--trials", 3)
    new_shell.run("export", "mine", "--no-portable", "--out", "best")
    assert "file: imagenet.pth" in (new_shell.folder / "best" / "arch.yaml").read_text()


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
    output, _ = process.communicate(timeout=280)
    assert process.returncode == 1, output
    assert "Traceback" not in output
    assert any(words in output for words in ("No space left", "disk is full", "is the disk full?")), output
    assert "go on with: ulsam-search launch --resume" in output
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
    output, _ = process.communicate(timeout=280)
    assert process.returncode == 0, output
    results = [trial.result for trial in trials_of(new_shell)]
    assert all(result is not None and len(result.epochs) == 30 for result in results)
    notes = [note for result in results if result is not None for note in result.interruptions]
    assert len(notes) == 2
    taken_up = [int(note.split("after epoch ")[1].split()[0]) for note in notes]
    assert min(taken_up) >= min(kept)
    assert "interrupted, went on after epoch" in output
    assert not checkpoints.exists()


@pytest.mark.slow
def test_data_in_an_object_store_reach_the_machine_once_and_train(new_shell: Shell) -> None:
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    credentials = {"AWS_ACCESS_KEY_ID": "me", "AWS_SECRET_ACCESS_KEY": "hunter2", "AWS_DEFAULT_REGION": "us-east-1"}
    new_shell.env |= credentials | {"ULSAM_SEARCH_CACHE": str(new_shell.folder / "cache")}
    client = boto3.client(
        "s3",
        endpoint_url=f"http://{host}:{port}",
        aws_access_key_id="me",
        aws_secret_access_key="hunter2",
        region_name="us-east-1",
    )
    client.create_bucket(Bucket="sets")
    for file in (new_shell.folder / "data" / "digits").iterdir():
        client.upload_file(str(file), "sets", f"digits/{file.name}")
    address = f"s3://sets/digits?endpoint_override={host}:{port}&scheme=http"
    new_shell.write("mine.yaml", SEARCH.replace("data: data/digits", f"data: '{address}'"))
    try:
        new_shell.launch("mine.yaml", "--trials", 2)
    finally:
        server.stop()
    assert [trial.status for trial in trials_of(new_shell)] == [Status.COMPLETE] * 2
    (copy,) = (path for path in (new_shell.folder / "cache").iterdir() if path.is_dir())
    assert {path.name for path in copy.iterdir()} >= {"manifest.json", "train.beton", "val.beton"}
    assert not [path for path in copy.iterdir() if path.stat().st_mode & 0o077]
    new_shell.launch("--resume", "mine")  # the store is gone, and all is done but views
    for file in (new_shell.folder / "runs").rglob("*"):
        assert not file.is_file() or b"hunter2" not in file.read_bytes(), file
