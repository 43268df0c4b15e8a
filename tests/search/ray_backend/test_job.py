"""A search submitted as a Ray job: it goes on when whoever submitted it is gone."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from search.study.folder import RunFolder
from search.study.trial import Status
from tests.helpers import Shell
from tests.search.ray_backend.ports import free_ports

pytestmark = [pytest.mark.slow, pytest.mark.timeout(800)]
RAY = Path(sys.executable).with_name("ray")
TOKEN = "of-this-test-alone-and-long-enough"
SEARCH = """
name: mine
data: data/digits
space: {widths: [0.1], groups: [1, 4], placements: {at_most: 1}}
search: {trials: 2}
training: {epochs: 1, input_size: 16, batch_size: 32, learning_rate: 0.02, flip: false}
"""


@contextmanager
def cluster(terminal: Shell) -> Iterator[str]:
    """A Ray cluster of this machine with its dashboard, where jobs are taken; the dashboard's address."""
    port, dashboard, agent = free_ports(3)
    command = [RAY, "start", "--head", "--block", "--num-cpus=2", "--node-ip-address=127.0.0.1", f"--port={port}"]
    command += ["--include-dashboard=true", "--dashboard-host=127.0.0.1", f"--dashboard-port={dashboard}"]
    command += [f"--dashboard-agent-listen-port={agent}", f"--temp-dir={terminal.env['RAY_TMPDIR']}"]
    command += ["--disable-usage-stats"]
    terminal.env |= {"RAY_AUTH_TOKEN": TOKEN, "RAY_AUTH_MODE": "token"}
    with (terminal.folder / "ray.log").open("w") as log:
        process = subprocess.Popen([*map(str, command)], env=terminal.env, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{dashboard}"
    try:
        deadline = time.monotonic() + 120
        while job(terminal, address, "list", expect=None) is None:
            assert process.poll() is None, (terminal.folder / "ray.log").read_text()
            assert time.monotonic() < deadline, (terminal.folder / "ray.log").read_text()
            time.sleep(1)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=60)


def job(terminal: Shell, address: str, verb: str, *arguments: str, expect: int | None = 0) -> str | None:
    """``ray job VERB``; what it printed, None where it failed and that is allowed."""
    done = subprocess.run(
        [str(RAY), "job", verb, "--address", address, *arguments],
        env=terminal.env,
        cwd=terminal.folder,
        capture_output=True,
        text=True,
        timeout=120,
    )
    if expect is None and done.returncode:
        return None
    assert done.returncode == (expect or 0), done.stdout + done.stderr
    return done.stdout + done.stderr


def test_a_search_goes_on_as_a_job_without_whoever_submitted_it(new_shell: Shell) -> None:
    new_shell.write("mine.yaml", SEARCH)
    with cluster(new_shell) as address:
        new_shell.env["RAY_AUTH_TOKEN"] = "anothers-anothers-anothers"
        assert "Authentication" in str(job(new_shell, address, "list", expect=1))
        new_shell.env["RAY_AUTH_TOKEN"] = TOKEN
        launch = f"cd {new_shell.folder} && ulsam-search launch mine.yaml --or-resume --address auto"
        job(new_shell, address, "submit", "--no-wait", "--submission-id", "mine", "--", "sh", "-c", launch)
        deadline = time.monotonic() + 400
        while "succeeded" not in (said := str(job(new_shell, address, "status", "mine")).lower()):
            assert "failed" not in said, job(new_shell, address, "logs", "mine")
            assert time.monotonic() < deadline, job(new_shell, address, "logs", "mine")
            time.sleep(10)  # each question is a process that imports Ray
        logs = str(job(new_shell, address, "logs", "mine"))
    assert "[2/2] trial" in logs
    trials = RunFolder.find(new_shell.folder / "runs", "mine").open_record().trials()
    assert [trial.status for trial in trials] == [Status.COMPLETE] * 2
