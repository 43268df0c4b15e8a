"""ray_cluster.yaml comes up: its machines are Ray's fake ones, all else is as written there."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from ray.autoscaler._private.util import prepare_config

from search.study.folder import RunFolder
from search.study.trial import Status
from tests.helpers import ROOT, Shell
from tests.search.ray_backend.ports import free_ports

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
BIN = Path(sys.executable).parent
TOKEN = "of-this-test-alone-and-long-enough"
FAKE_HEAD = "ray.head.default"  # as Ray's fake provider calls it
SEARCH = """
name: mine
data: data/digits
space: {widths: [0.1], groups: [1, 4], placements: {at_most: 1}}
search: {trials: 3, concurrent: 2}
training: {epochs: 1, input_size: 16, batch_size: 32, learning_rate: 0.02, flip: false}
"""


def with_fake_machines(config: dict[str, Any], address: str) -> dict[str, Any]:
    """The cluster as described, of processes of this machine with one CPU each instead of AWS's."""
    head, worker = config["available_node_types"]["head"], config["available_node_types"]["gpu"]
    return config | {
        "provider": {
            "type": "fake_multinode",
            "gcs_address": address,
            "use_node_id_as_ip": True,  # all have one address
            "disable_node_updaters": True,  # which come by SSH
            "disable_launch_config_check": True,
        },
        "head_node_type": FAKE_HEAD,
        "available_node_types": {
            FAKE_HEAD: head | {"node_config": {}, "max_workers": 0},
            "gpu": worker | {"node_config": {}, "resources": {"CPU": 1}},
        },
        "idle_timeout_minutes": 0.2,  # of five, which a test would rather not wait
        "file_mounts": {},
        "setup_commands": [],
        "initialization_commands": [],
    }


@contextmanager
def cluster(terminal: Shell) -> Iterator[str]:
    """The cluster's address."""
    config = prepare_config(yaml.safe_load((ROOT / "ray_cluster.yaml").read_text()))  # as `ray up` does first
    port, agent = free_ports(2)
    address = f"127.0.0.1:{port}"
    file = terminal.write("cluster.yaml", yaml.safe_dump(with_fake_machines(config, address)))
    command = config["head_start_ray_commands"][-1]
    for ours, here in {
        "~/ulsam-search/.venv/bin": str(BIN),
        "~/ray_bootstrap_config.yaml": str(file),
        "--port=6379": f"--port={port}",
    }.items():
        assert ours in command
        command = command.replace(ours, here)
    command += f" --block --node-ip-address=127.0.0.1 --num-cpus=0 --temp-dir={terminal.env['RAY_TMPDIR']}"
    command += f" --include-dashboard=false --dashboard-agent-listen-port={agent}"
    terminal.env |= {"RAY_AUTH_TOKEN": TOKEN, "RAY_FAKE_CLUSTER": "1", "AUTOSCALER_UPDATE_INTERVAL_S": "1"}
    terminal.env |= {"RAY_SCHEDULER_EVENTS": "0"}
    with (terminal.folder / "cluster.log").open("w") as log:
        process = subprocess.Popen(["sh", "-c", f"exec env {command}"], env=terminal.env, stdout=log, stderr=log)
    try:
        wait_for("the head", terminal, address, 1)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=60)


def nodes_of(terminal: Shell, address: str) -> int:
    """How many machines the cluster has; 0: it is not there."""
    script = (
        "import ray, sys; ray.init(sys.argv[1], logging_level='ERROR'); print(sum(n['Alive'] for n in ray.nodes()))"
    )
    environment = terminal.env | {"RAY_AUTH_MODE": "token"}
    done = subprocess.run(
        [sys.executable, "-c", script, address], env=environment, capture_output=True, text=True, check=False
    )
    return int(done.stdout) if done.returncode == 0 else 0


def wait_for(what: str, terminal: Shell, address: str, nodes: int) -> None:
    deadline = time.monotonic() + 120
    while nodes_of(terminal, address) != nodes:
        assert time.monotonic() < deadline, f"no {what}: {(terminal.folder / 'cluster.log').read_text()}"


def test_machines_come_for_a_search_and_go_after_it(new_shell: Shell) -> None:
    new_shell.write("mine.yaml", SEARCH)
    with cluster(new_shell) as address:
        output = new_shell.launch("mine.yaml", "--address", address)
        wait_for("head alone", new_shell, address, 1)
    trials = RunFolder.find(new_shell.folder / "runs", "mine").open_record().trials()
    assert [trial.status for trial in trials] == [Status.COMPLETE] * 3, output
