"""Times the answers of networks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.measuring.latency import Latency, LatencyConditions, measure_latency
from pipelines.measuring.processor import device_name
from search.api.arguments import check_at_least, check_given
from search.api.devices import chosen_device
from search.api.measuring import Warn, silent, warn_if_busy
from search.artifacts.network import load_network
from search.errors import ArgumentError
from spaces import Candidate, count_known_costs
from ulsam import ArchConfig, build_model


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedNetwork:
    """A network, the file or folder that it is from, its known costs by name, and the time of a call.

    Costs and time are for images of ``latency.conditions.input_size``.
    """

    path: Path
    arch: ArchConfig
    costs: Mapping[str, int]
    latency: Latency


@dataclass(frozen=True, slots=True, kw_only=True)
class Latencies:
    """Networks that were timed by turns.

    Attributes:
        device: ``cpu`` or the GPU's name.
        conditions: of all networks, except for the size of the images, which each network's latency has.
        networks: in the order requested.
    """

    device: str
    conditions: LatencyConditions
    networks: tuple[TimedNetwork, ...]


def latency(
    networks: Sequence[Path],
    *,
    batch: int = 1,
    threads: int = 1,
    device: str | None = None,
    input_size: int | None = None,
    warmup: int = 10,
    repeats: int = 100,
    on_warning: Warn = silent,
) -> Latencies:
    """Times a forward pass of networks, taking turns, in float32; weights do not matter.

    Args:
        networks: folders of exported networks or architecture files, at least one.
        batch: the images of a call.
        threads: the CPU threads of a call.
        device: ``cpu`` or ``cuda``; None: cuda where this machine has a GPU, else cpu.
        input_size: in pixels; None: the size that each network is trained on.
        warmup: the calls of each network before the clock starts, at least 0.
        repeats: the calls of each network that are timed, at least 1.
        on_warning: called with a line where other programs make the times doubtful.

    Raises:
        ArgumentError: a number is too small, there is no such device, a network can't be built for ``input_size``, or
            the images do not fit into memory.
        UsageError: a file is missing or damaged.
        RuntimeError: torch failed for another reason than memory.
    """
    check_given(networks=networks)
    check_at_least(1, batch=batch, threads=threads, repeats=repeats, input_size=input_size)
    check_at_least(0, warmup=warmup)
    loaded = [load_network(path) for path in networks]
    sizes = [input_size or network.input_size for network in loaded]
    where = chosen_device(device)
    conditions = LatencyConditions(
        device=where.type, batch_size=batch, input_size=sizes[0], threads=threads, warmup=warmup, repeats=repeats
    )
    try:
        timed = [Candidate(arch=one.arch, input_size=size) for one, size in zip(loaded, sizes, strict=True)]
        costs = [count_known_costs(candidate) for candidate in timed]
    except ValueError as error:
        raise ArgumentError("input_size", str(error), got=input_size) from error
    warn_if_busy(where, on_warning)
    try:
        models = [build_model(candidate.arch, candidate.input_size) for candidate in timed]
        measured = measure_latency(models, conditions, input_sizes=sizes)
    except RuntimeError as error:  # torch's own, of a CPU or a GPU
        if "memory" not in str(error):
            raise
        too_much = f"{batch} at {max(sizes)} px"
        raise ArgumentError("batch", "does not fit into memory", got=too_much, remedy="use a smaller batch") from None
    return Latencies(
        device=device_name(where),
        conditions=conditions,
        networks=tuple(
            TimedNetwork(path=path, arch=network.arch, costs=known, latency=result)
            for path, network, known, result in zip(networks, loaded, costs, measured, strict=True)
        ),
    )
