"""Searches on real Ray: spread over two nodes, killed, interrupted, refused and stopped."""

import signal
import socket
import time

import psutil
import pytest
import torch

from search.errors import RunExistsError
from search.study.run_lock import RunningError
from search.study.trial import Status, TrialRecord
from tests.helpers import Shell
from tests.search.ray_backend.searches import SEARCH, nodes, parent_status, read_rest, read_until, trials_of, wait_for


def processes_in(folder: str) -> list[psutil.Process]:
    """Ray's processes with their files in ``folder``."""

    def is_there(process: psutil.Process) -> bool:
        try:
            return any(folder in part for part in process.cmdline())
        except psutil.Error:
            return False

    return [process for process in psutil.process_iter() if is_there(process)]


def mlflow_trials(terminal: Shell) -> list[str]:
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{terminal.folder / 'runs' / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("mine")
    assert experiment is not None
    return sorted(run.data.tags["ulsam_search.trial"] for run in client.search_runs([experiment.experiment_id]))


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
    assert f"4 trials, {len(done)} of them finished" in output
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
def test_ctrl_c_ends_a_search_that_can_go_on(new_shell: Shell) -> None:
    new_shell.write("mine.yaml", SEARCH)
    process = new_shell.start("launch", "mine.yaml")
    read_until(process, "[1/4]")
    process.send_signal(signal.SIGINT)
    read_until(process, "Press Ctrl-C again")
    output = read_rest(process)
    assert process.returncode == 130
    assert ": ulsam-search launch --resume mine" in output
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
        read_until(process, "waiting for MLflow, ")
        start = time.monotonic()
        line = read_until(process, "MLflow is not up to date")
        assert time.monotonic() - start < 15  # what ends after it, such as Ray, takes its own time
        output = read_rest(process)
    assert process.returncode == 130, output
    assert "ulsam-search mirror mine" in line + output
    assert ": ulsam-search launch --resume mine" in output


DIVERGING = SEARCH.replace("learning_rate: 0.02", "learning_rate: 10, momentum: 0.99, weight_decay: 0.9").replace(
    "epochs: 3",
    "epochs: 10",  # by the second all are lost
)


@pytest.mark.slow
def test_a_search_in_which_every_network_diverges_stops_after_a_few(new_shell: Shell) -> None:
    new_shell.write("mine.yaml", DIVERGING)
    output = new_shell.launch("mine.yaml", "--trials", 12, expect=1)
    for words in (
        "5 of 12 trials",
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
    assert "10 of 12 trials" in new_shell.launch("--resume", "mine", expect=1), "it goes on and tries more"


@pytest.mark.slow
def test_a_search_that_ends_without_a_network_says_so(new_shell: Shell) -> None:
    new_shell.write("mine.yaml", DIVERGING)
    output = new_shell.launch("mine.yaml", "--trials", 2, expect=1)
    for words in ("2 of 2 failed", "DivergedError", "training.learning_rate", "--trials"):
        assert words in output
    assert "export:" not in output
    assert "2 of 2 failed" in new_shell.launch("--resume", "mine", expect=1)
    assert "2 of 2 failed" in new_shell.figures("status", "mine")["problem"]


@pytest.mark.slow
def test_the_same_run_launched_twice_is_refused(new_shell: Shell) -> None:
    new_shell.write("mine.yaml", SEARCH)
    process = new_shell.start("launch", "mine.yaml")
    read_until(process, "4 trials, 0 of them")
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
