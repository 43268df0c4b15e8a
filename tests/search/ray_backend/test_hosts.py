"""A search over hosts with addresses of their own: between them the network fails, and comes back."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from search.study.folder import RunFolder
from search.study.trial import Status, TrialRecord
from tests.helpers import Shell
from tests.search.ray_backend.hosts import Host, two_hosts

pytestmark = [pytest.mark.slow, pytest.mark.timeout(700)]
RAY = str(Path(sys.executable).with_name("ray"))
PORT = 6379
CUT_SECONDS = 60
TOKEN = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "of-this-test-alone-and-long-enough"}
SEARCH = """
name: mine
data: data/digits
space: {widths: [0.1, 0.2], groups: [1, 4], placements: {at_most: 2}}
search: {trials: 6, confirm: 0}
training: {epochs: 8, input_size: 16, batch_size: 32, learning_rate: 0.02, flip: false}
"""


@contextmanager
def cluster(terminal: Shell, head: Host, worker: Host) -> Iterator[str]:
    """Ray on both hosts, one CPU each; the address of the head."""
    address = f"{head.address}:{PORT}"
    common = ["--block", "--num-cpus=1", "--disable-usage-stats"]
    of_head = ["--head", f"--port={PORT}", "--include-dashboard=false", f"--temp-dir={terminal.env['RAY_TMPDIR']}"]
    terminal.env |= TOKEN
    processes = []
    with (terminal.folder / "cluster.log").open("w") as log:

        def start(host: Host, *arguments: str) -> None:
            command = [*host.prefix, RAY, "start", f"--node-ip-address={host.address}", *common, *arguments]
            processes.append(subprocess.Popen(command, env=terminal.env, stdout=log, stderr=log))

        try:
            start(head, *of_head)
            time.sleep(5)
            start(worker, f"--address={address}")
            yield address
        finally:
            for process in reversed(processes):
                process.terminate()
            for process in processes:
                process.wait(timeout=60)


def nodes_of(terminal: Shell, host: Host, address: str) -> int:
    """How many nodes the cluster says it has."""
    script = (
        "import ray, sys; ray.init(sys.argv[1], logging_level='ERROR'); print(sum(n['Alive'] for n in ray.nodes()))"
    )
    done = subprocess.run(
        [*host.prefix, sys.executable, "-c", script, address], env=terminal.env, capture_output=True, text=True
    )
    return int(done.stdout) if done.returncode == 0 else 0


def trials_of(terminal: Shell) -> tuple[TrialRecord, ...]:
    return RunFolder.find(terminal.folder / "runs", "mine").open_record().trials()


def test_a_network_that_fails_for_a_minute_costs_no_trial(new_shell: Shell) -> None:
    new_shell.write("mine.yaml", SEARCH)
    with two_hosts() as (head, worker), cluster(new_shell, head, worker) as address:
        deadline = time.monotonic() + 120
        while nodes_of(new_shell, head, address) < 2:
            assert time.monotonic() < deadline, (new_shell.folder / "cluster.log").read_text()
        process = subprocess.Popen(
            [*head.prefix, "ulsam-search", "launch", "mine.yaml", "--address", address],
            cwd=new_shell.folder,
            env=new_shell.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert process.stdout is not None
        for line in process.stdout:
            if "[2/6]" in line:
                break
        deadline = time.monotonic() + 120
        while not any(title.startswith("ray::ResourceTrainable.train") for title in worker.titles()):
            assert time.monotonic() < deadline, worker.titles()
            time.sleep(0.1)
        worker.plug(into=False)
        time.sleep(CUT_SECONDS)
        worker.plug(into=True)
        output, _ = process.communicate(timeout=400)
    assert process.returncode == 0, output
    assert "was interrupted" in output, "the cut reached no trial"
    trials = trials_of(new_shell)
    assert [trial.number for trial in trials] == list(range(6))
    assert [trial.status for trial in trials] == [Status.COMPLETE] * 6
    assert len({trial.arch for trial in trials}) == 6
