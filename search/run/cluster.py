"""The machines of a search: a Ray cluster where there is one, this machine otherwise."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from pipelines.errors import DataError
from pipelines.manifest import verify
from search.errors import UsageError
from search.settings import ResourcesSection


@contextmanager
def connected(address: str | None) -> Iterator[None]:
    """Joins the Ray cluster at ``address`` (or RAY_ADDRESS); with neither starts Ray here, and ends it after.

    Raises:
        UsageError: no cluster answers there.
    """
    address = address or os.environ.get("RAY_ADDRESS") or "local"
    # Paths in a task mean the same to driver and workers only where workers stay in the driver's folder.
    os.environ["RAY_CHDIR_TO_TRIAL_DIR"] = "0"
    local = {"include_dashboard": False} if address == "local" else {}
    try:
        ray.init(address=address, logging_level=logging.ERROR, log_to_driver=False, **local)
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise UsageError(f"no Ray cluster answers at {address!r}: {str(error).splitlines()[0]}") from error
    try:
        yield
    finally:
        ray.shutdown()


def concurrency(resources: ResourcesSection) -> int:
    """How many trials fit on the machines that are there now.

    Raises:
        UsageError: not even one does.
    """
    there = ray.cluster_resources()
    fits = int(there.get("CPU", 0) // resources.cpus)
    if resources.gpus:
        fits = min(fits, int(there.get("GPU", 0) / resources.gpus))
    if fits < 1:
        raise UsageError(
            f"resources: a trial asks for {resources.cpus} CPUs and {resources.gpus:g} GPUs, "
            f"Ray has {there.get('CPU', 0):g} and {there.get('GPU', 0):g}"
        )
    return fits


def check_nodes(data: Path, data_id: str, run: Path) -> None:
    """Makes sure that every machine of a cluster sees the data and the run's folder under the same paths.

    Raises:
        UsageError: naming the machine that does not.
    """
    nodes = [node for node in ray.nodes() if node["Alive"]]
    if len(nodes) == 1:
        return
    checks = {
        node["NodeManagerHostname"]: _check_node.options(
            scheduling_strategy=NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
        ).remote(data, data_id, run)
        for node in nodes
    }
    for host, check in checks.items():
        if problem := ray.get(check):
            raise UsageError(f"node {host}: {problem}; data and runs belong on a folder that all nodes share")


@ray.remote(num_cpus=0)
def _check_node(data: Path, data_id: str, run: Path) -> str | None:
    try:
        if verify(data, ("train", "val")).data_id != data_id:
            return f"{data}: holds other data than the driver's"
    except DataError as error:
        return str(error)
    return None if run.is_dir() else f"{run}: no such folder"
