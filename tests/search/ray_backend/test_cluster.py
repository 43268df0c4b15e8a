"""The machines of a search: what is checked before a trial is sent to them."""

import contextlib
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from ray._private import node
from ray._private.node import Node
from ray._private.services import GCS_SERVER_EXECUTABLE

from pipelines.datasets import digits
from pipelines.storage.manifest import Manifest
from pipelines.storage.prepare import prepare
from search.ray_backend import cluster
from tests.helpers import Shell
from tests.search.factory import spec
from tests.search.ray_backend.ports import free_ports
from tests.search.ray_backend.searches import wait_for


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Manifest]:
    folder = tmp_path_factory.mktemp("prepared") / "data"
    return folder, prepare(digits(), folder, image_size=8)


def check_node(*arguments: object) -> str | None:
    """What a node answers; the function that Ray would run there."""
    answer: str | None = cluster._check_node._function(*arguments)
    return answer


def test_a_node_that_sees_all_has_nothing_to_say(data: tuple[Path, Manifest], tmp_path: Path) -> None:
    folder, manifest = data
    probe = tmp_path / "probe"
    probe.touch()
    assert check_node(folder, manifest.data_id, probe) is None


def test_a_node_names_what_it_lacks(data: tuple[Path, Manifest], tmp_path: Path) -> None:
    folder, manifest = data
    assert check_node(folder, manifest.data_id, tmp_path / "probe") == f"{tmp_path}: not the driver's folder"
    assert check_node(folder, "another", tmp_path) == f"{folder}: holds other data than the driver's"
    missing = check_node(tmp_path / "nowhere", manifest.data_id, tmp_path)
    assert missing is not None
    assert "no prepared data" in missing


def machines(monkeypatch: pytest.MonkeyPatch, *resources: dict[str, float]) -> None:
    """Lets Ray have these machines, and one that is gone."""
    nodes = [{"Alive": True, "Resources": there} for there in resources]
    gone = {"Alive": False, "Resources": {"CPU": 64, "GPU": 8}}
    monkeypatch.setattr("search.ray_backend.cluster.ray.nodes", lambda: [*nodes, gone])


@pytest.mark.parametrize(
    ("there", "resources", "fits"),
    [
        ([{"CPU": 16, "GPU": 2}], {"cpus": 4}, 4),
        ([{"CPU": 16, "GPU": 2}], {"cpus": 2, "gpus": 1}, 2),
        ([{"CPU": 16, "GPU": 2}], {"cpus": 1, "gpus": 0.25}, 8),
        ([{"CPU": 16, "GPU": 2}], {"cpus": 1, "gpus": 0.6}, 2),  # no trial takes shares of two GPUs
        ([{"CPU": 16, "GPU": 1}], {"cpus": 1, "gpus": 0.1}, 10),
        ([{"CPU": 3}], {"cpus": 2}, 1),
        ([{"CPU": 3}, {"CPU": 3}, {"CPU": 1}], {"cpus": 2}, 2),  # what is left over on two machines is no third
        ([{"CPU": 0}, {"CPU": 4, "GPU": 1}], {"cpus": 4, "gpus": 1}, 1),
    ],
)
def test_as_many_trials_run_as_fit(
    monkeypatch: pytest.MonkeyPatch, there: list[dict[str, float]], resources: dict[str, float], fits: int
) -> None:
    machines(monkeypatch, *there)
    assert cluster.concurrency(spec(resources=resources)) == fits


@pytest.mark.parametrize("there", [[{"CPU": 2.0}], [{"CPU": 2.0}, {"CPU": 3.0}]])
def test_a_trial_that_fits_on_no_machine_is_refused(
    monkeypatch: pytest.MonkeyPatch, there: list[dict[str, float]]
) -> None:
    machines(monkeypatch, *there)
    with pytest.raises(cluster.NoMachineFitsError) as refused:
        cluster._check_fits(spec(resources={"cpus": 4}))
    assert refused.value.where == "resources"


def test_a_number_that_was_asked_for_stands_even_before_the_machines_come(monkeypatch: pytest.MonkeyPatch) -> None:
    machines(monkeypatch)
    assert cluster.concurrency(spec(search={"concurrent": 16}, resources={"gpus": 1})) == 16


@pytest.mark.parametrize("address", ["127.0.0.1:1", "ray://127.0.0.1:1", "no.such.host.invalid:6379"])
def test_an_address_that_does_not_answer_is_named_at_once(address: str) -> None:
    with pytest.raises(cluster.NoClusterError) as refused:
        cluster._check_address(address)
    assert refused.value.address == address


@pytest.mark.parametrize(("address", "alone"), [(None, True), ("auto", False)])
def test_on_this_machine_alone_ray_starts_without_monitors_and_dashboard(
    monkeypatch: pytest.MonkeyPatch, address: str | None, alone: bool
) -> None:
    """``test_searcher.py`` looks at Ray's processes."""
    usual, begun = Node.start_api_server, []
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setattr(cluster.ray, "nodes", list)
    monkeypatch.setattr(cluster.ray, "init", lambda **_: begun.append(node.Node.start_api_server is not usual))
    with cluster.joined(address):
        assert begun == [alone]
    assert node.Node is Node


def listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@pytest.mark.parametrize("asks", [True, False])
def test_whether_a_cluster_asks_for_a_token_is_found_out_without_one(new_shell: Shell, asks: bool) -> None:
    """The server that is asked, alone: all else that `ray start` starts takes seconds."""
    [port] = free_ports(1)
    arguments = [f"--gcs_server_port={port}", "--node-ip-address=127.0.0.1", "--session-name=session"]
    server = subprocess.Popen(
        [GCS_SERVER_EXECUTABLE, *arguments, f"--log_dir={new_shell.folder}", f"--session-dir={new_shell.folder}"],
        env=new_shell.env | {"RAY_AUTH_MODE": "token" if asks else "disabled", "RAY_AUTH_TOKEN": "of-this-test-alone"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for("the server", 60, lambda: server.poll() is not None or listens(port))
        assert server.poll() is None
        ask = f"from search.ray_backend import cluster; print(cluster._asks_for_token('127.0.0.1:{port}'))"
        command = [sys.executable, "-c", ask]
        answer = subprocess.run(command, env=new_shell.env, capture_output=True, text=True, check=True)
    finally:
        server.terminate()
        server.wait(timeout=60)
    assert answer.stdout.split()[-1] == str(asks)
