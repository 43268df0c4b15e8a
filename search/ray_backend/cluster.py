"""The machines of a search: a Ray cluster where there is one, this machine otherwise."""

import logging
import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import ray

# Private, as Ray (2.60) has no public way: ``ray.init`` reads a token for the address ``auto`` alone, and no function
# says whether a cluster asks for one; see ``_asks_for_token``.
from ray._private.authentication.authentication_token_setup import maybe_enable_token_auth_if_token_available
from ray._raylet import GcsClient  # type: ignore[attr-defined]  # Ray's stub of it leaves this class out
from ray.exceptions import AuthenticationError, RayError, RayTaskError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from pipelines.errors import DataError, first_line
from pipelines.storage.manifest import verify
from pipelines.storage.remote import DataLocation, local
from search.config.secret import CredentialsError, has_credentials
from search.config.settings import ResourcesSection
from search.errors import UsageError
from search.ray_backend.ray_alone import ray_alone
from search.ray_backend.ray_folder import ray_folder
from search.study.data_spec import DataSpec
from search.study.spec import StudySpec

_log = logging.getLogger("ulsam_search.cluster")

LOCAL = "local"  # no cluster: Ray is started here
_CONNECT_SECONDS = 10.0
_CHECK_SECONDS = 6 * 3600.0  # fetching a large set of images; Ray says long before if a machine is gone
_NAMED = 8


class RayStartError(UsageError):
    """Ray's processes do not start on this machine."""


class NoClusterError(UsageError):
    """No Ray cluster answers.

    Attributes:
        address: of the cluster.
        reason: in Ray's or the system's own words.
    """

    def __init__(self, address: str, reason: str, *, remedy: str = "") -> None:
        super().__init__(f"no Ray cluster answers at {address!r}: {reason}", remedy=remedy)
        self.address = address
        self.reason = reason


class NoMachineFitsError(UsageError):
    """A trial asks for more than any machine has."""


class NodeError(UsageError):
    """A node of the cluster does not see what the driver sees, or does not answer."""


@contextmanager
def connected(address: str | None, spec: StudySpec, runs: Path) -> Iterator[None]:
    """Joins a Ray cluster that can run a search, as :func:`joined` does, and leaves it at the end.

    Args:
        address: of the cluster; None: see :func:`joined`.
        spec: the search.
        runs: the folder of all runs, which every node has to see.

    Raises:
        NoClusterError: no cluster answers there.
        RayStartError: Ray does not start on this machine.
        RayFolderError: Ray can keep its files nowhere on this machine.
        CredentialsError: the address holds credentials.
        NoMachineFitsError: no machine has room for a single trial.
        NodeError: a node does not see the data or the folder ``runs``, or does not answer.
    """
    with joined(address) as where:
        if where == LOCAL or spec.search.concurrent == "auto":
            _check_fits(spec)  # elsewhere machines may come that are large enough
        check_nodes(spec.data, runs)
        yield


@contextmanager
def joined(address: str | None) -> Iterator[str]:
    """Joins the Ray cluster at ``address`` (or RAY_ADDRESS); with neither starts Ray here, and ends it after.

    Yields:
        the address.

    Raises:
        NoClusterError: no cluster answers there.
        RayStartError: Ray does not start on this machine.
        RayFolderError: Ray can keep its files nowhere on this machine.
        CredentialsError: the address holds credentials.
    """
    address = chosen_address(address)
    _check_address(address)
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    # On this machine alone nothing needs to be reached from outside. Private arguments: public ones of ``ray.init``
    # choose neither the address that Ray's own processes listen on nor, in time for their sockets, their folder.
    local: dict[str, Any] = {"include_dashboard": False, "_node_ip_address": "127.0.0.1"} if address == LOCAL else {}
    if _asks_for_token(address):  # Ray (2.60) shows it by itself to the cluster that it finds, `auto`, not to others
        maybe_enable_token_auth_if_token_available(warn_if_disabled=False)
    with ExitStack() as stack:
        if address == LOCAL:
            local["_temp_dir"] = stack.enter_context(ray_folder())
        try:
            with ray_alone() if address == LOCAL else nullcontext():
                ray.init(address=address, logging_level=logging.ERROR, log_to_driver=False, **local)
        except Exception as error:  # Ray raises bare ones too, where its processes do not start
            ray.shutdown()
            if address == LOCAL:
                raise RayStartError(
                    f"Ray can't be started here: {type(error).__name__}: {first_line(error)}"
                ) from error
            token = "if the cluster needs a token, put it in ~/.ray/auth_token or RAY_AUTH_TOKEN on this machine"
            raise NoClusterError(address, first_line(error), remedy=token) from error
        stack.callback(ray.shutdown)
        _log.info("Ray %s at %s: %d machines", ray.__version__, address, len(machines_there()))
        yield address


def chosen_address(address: str | None) -> str:
    """Returns the address to join: ``address``, else RAY_ADDRESS, else :data:`LOCAL` for no cluster."""
    return address or os.environ.get("RAY_ADDRESS") or LOCAL


def _check_address(address: str) -> None:
    """Refuses an address with credentials, or where nothing listens.

    Commands and messages repeat addresses. Ray itself waits for minutes where nothing listens.

    Raises:
        CredentialsError: the address holds credentials.
        NoClusterError: nothing listens there.
    """
    try:
        secret = has_credentials(address)
    except ValueError:
        secret = True
    if secret:
        raise CredentialsError(
            where="the address of the Ray cluster",
            expected="HOST:PORT or auto, without credentials",
            remedy="a cluster that asks for a token finds it in ~/.ray/auth_token or RAY_AUTH_TOKEN",
        )
    host, _, port = address.rpartition("/")[2].rpartition(":")
    if not port.isdigit():
        return  # auto, local
    try:
        socket.create_connection((host, int(port)), timeout=_CONNECT_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise NoClusterError(address, str(error)) from None


def _asks_for_token(address: str) -> bool:
    """Whether the cluster at ``HOST:PORT`` refuses drivers without a token.

    A driver with one also asks for one: a driver with a token and a cluster without can't work together.

    Raises:
        NoClusterError: something else listens there.
    """
    if address in (LOCAL, "auto") or "://" in address or "RAY_AUTH_MODE" in os.environ:
        return False
    try:
        GcsClient(address=address).internal_kv_get(b"token", b"ulsam-search", timeout=_CONNECT_SECONDS)
    except AuthenticationError:
        return True
    except (RayError, ConnectionError) as error:  # something else listens there: Ray itself would wait for minutes
        raise NoClusterError(address, first_line(error)) from None
    return False


def concurrency(spec: StudySpec) -> int:
    """Returns how many trials of ``spec`` run at once: the number asked for, or as many as fit on present machines."""
    asked = spec.search.concurrent
    return asked if asked != "auto" else sum(_room(machine, spec.resources) for machine in machines_there())


def _check_fits(spec: StudySpec) -> None:
    machines, trial = machines_there(), spec.resources
    if not any(_room(machine, trial) for machine in machines):
        there = ", ".join(f"{machine.get('CPU', 0):g} and {machine.get('GPU', 0):g}" for machine in machines[:_NAMED])
        raise NoMachineFitsError(
            f"a trial asks for {trial.cpus} CPUs and {trial.gpus:g} GPUs on one machine, Ray has {there}",
            where="resources",
            remedy="reduce resources; if the cluster adds machines on demand, set search.concurrent to a number",
        )


def machines_there() -> list[dict[str, float]]:
    """Returns the resources of each present machine of the cluster, as Ray names them (``CPU``, ``GPU``)."""
    return [node["Resources"] for node in ray.nodes() if node["Alive"]]


def machines_joined() -> list[dict[str, float]]:
    """Returns :func:`machines_there`; empty where no cluster is joined."""
    return machines_there() if ray.is_initialized() else []


def _room(machine: dict[str, float], trial: ResourcesSection) -> int:
    return fitting(machine, cpus=trial.cpus, gpus=trial.gpus)


def fitting(machine: dict[str, float], *, cpus: int, gpus: float) -> int:
    """Returns how many trials or workers of one size fit on a machine at once.

    Args:
        machine: its resources, as Ray names them (``CPU``, ``GPU``).
        cpus: of each; at least 1.
        gpus: of each; a share below 1 is of one GPU, not of two.
    """
    by_cpu = int(machine.get("CPU", 0)) // cpus
    if not gpus:
        return by_cpu
    return min(by_cpu, int(machine.get("GPU", 0)) * int(1 / gpus + 1e-9))


def check_nodes(data: DataSpec, runs: Path) -> None:
    """Checks that every node of a cluster sees the data and the folder of runs under the driver's paths.

    Machines that come later check their data themselves, at their first trial.

    Args:
        data: of the search.
        runs: the folder of all runs; created in a cluster of several nodes.

    Raises:
        NodeError: a node does not see them, or does not answer.
    """
    nodes = [node for node in ray.nodes() if node["Alive"]]
    if len(nodes) == 1:
        return
    runs.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=runs.resolve(), prefix=".shared-") as probe:
        checks = [
            _check_node.options(scheduling_strategy=NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)).remote(
                data.folder, data.data_id, Path(probe.name)
            )
            for node in nodes
        ]
        for node, check in zip(nodes, checks, strict=True):
            host = node["NodeManagerHostname"]
            try:
                problem = ray.get(check, timeout=_CHECK_SECONDS)
            except RayTaskError as error:
                raise NodeError(f"{type(error.cause).__name__}: {error.cause}", where=f"node {host}") from None
            except RayError as error:  # it has gone, or can't be reached
                raise NodeError(
                    f"does not answer ({type(error).__name__}: {first_line(error)})",
                    where=f"node {host}",
                    remedy="remove the node from the cluster, or wait",
                ) from None
            if problem:
                raise NodeError(
                    problem, where=f"node {host}", remedy="put data and runs in a folder that all nodes share"
                )


@ray.remote(num_cpus=0)  # type: ignore[untyped-decorator]
def _check_node(data: DataLocation, data_id: str, probe: Path) -> str | None:
    try:
        if verify(local(data, ("train", "val")), ("train", "val")).data_id != data_id:
            return f"{data}: holds other data than the driver's"
    except DataError as error:
        return str(error)
    return None if probe.is_file() else f"{probe.parent}: not the driver's folder"
