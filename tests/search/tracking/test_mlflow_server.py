"""A real tracking server that is down, slow or failing: the search does not notice, and all is there in the end."""

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

pytest.importorskip("mlflow")
from mlflow import MlflowClient

from search.analysis.front import pareto_front
from search.tracking.mlflow_mirror import MlflowMirror
from tests.search.factory import fill, new_run, result
from tests.search.ray_backend.ports import free_ports
from tests.search.tracking.tracking_server import tracking_server

pytestmark = pytest.mark.slow


class Gate(ThreadingHTTPServer):
    """Passes requests on to a server; ``delay`` and ``failing`` say how badly."""

    daemon_threads = True

    def __init__(self, target: str) -> None:
        self.target = target
        self.delay = 0.0
        self.failing = False
        super().__init__(("127.0.0.1", 0), _Passing)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Passing(BaseHTTPRequestHandler):
    server: Gate

    def _pass(self) -> None:
        time.sleep(self.server.delay)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, answer = 500, b"{}"
        if not self.server.failing:
            headers = {key: value for key, value in self.headers.items() if key.lower() != "host"}
            request = urllib.request.Request(
                self.server.target + self.path, data=body or None, headers=headers, method=self.command
            )
            try:
                with urllib.request.urlopen(request, timeout=30) as reply:
                    status, answer = reply.status, reply.read()
            except urllib.error.HTTPError as error:
                status, answer = error.code, error.read()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _pass  # noqa: N815

    def log_message(self, *_: object) -> None: ...


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def numbers(address: str) -> list[str]:
    """The trials that the server has, the parent's among them, each as often as it is there."""
    client = MlflowClient(address)
    experiment = client.get_experiment_by_name("tiny")
    assert experiment is not None
    return sorted(run.data.tags["ulsam_search.trial"] for run in client.search_runs([experiment.experiment_id]))


def test_a_server_that_goes_away_and_comes_back_has_each_trial_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, record = new_run(tmp_path)
    trials = fill(record, [result(0.5 + number / 50) for number in range(6)])
    (port,) = free_ports(1)
    with tracking_server(tmp_path, port) as address, MlflowMirror(address, record.spec, 6) as view:
        for trial in trials[:2]:
            view.trial_ended(trial)
    view = MlflowMirror(address, record.spec, 6, trials[:2])
    with view:
        for trial in trials[2:4]:
            view.trial_ended(trial)
        wait_until(lambda: view.problem is not None)  # nobody is there
        with tracking_server(tmp_path, port):
            for trial in trials[4:]:
                view.trial_ended(trial)
            wait_until(lambda: view.problem is None)
            assert numbers(address) == ["0", "1", "2", "3", "4", "5", "parent"]
    assert "View run" not in capsys.readouterr().out  # the terminal is the search's own


def test_a_server_that_is_slow_and_fails_ends_up_with_the_same_as_one_that_works(tmp_path: Path) -> None:
    _, record = new_run(tmp_path)
    trials = fill(record, [result(0.5 + number / 50) for number in range(6)])
    with tracking_server(tmp_path, *free_ports(1)) as address:
        gate = Gate(address)
        view = MlflowMirror(gate.address, record.spec, 6)
        with view:
            view.outcome = "FINISHED"
            gate.delay = 0.3
            view.trial_ended(trials[0])
            time.sleep(2)
            gate.failing = True
            start = time.monotonic()
            for trial in trials[1:]:
                view.trial_ended(trial)
            assert time.monotonic() - start < 1, "the search waited for its mirror"
            wait_until(lambda: view.problem is not None)
            gate.failing, gate.delay = False, 0.0
        assert view.problem is None
        gate.shutdown()
        assert numbers(address) == ["0", "1", "2", "3", "4", "5", "parent"]
        client = MlflowClient(address)
        experiment = client.get_experiment_by_name("tiny")
        assert experiment is not None
        marked = client.search_runs([experiment.experiment_id], "tags.pareto = 'true'")
        front = pareto_front(trials, record.spec.search.cost_epsilon)
        assert {int(run.data.tags["ulsam_search.trial"]) for run in marked} == {trial.number for trial in front}
