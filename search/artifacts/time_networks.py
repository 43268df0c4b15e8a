"""Times calls of the trained networks of a search on this machine."""

from collections.abc import Callable, Sequence

import torch

from pipelines.measuring.latency import Latency, LatencyConditions, measure_latency
from search.artifacts.network import LatencySection
from spaces import Candidate
from ulsam import build_model

_WARMUP, _REPEATS = 5, 30  # fewer than ulsam-search latency makes of a few networks: here they may be dozens


def time_networks(
    networks: Sequence[Candidate],
    device: torch.device,
    on_turn: Callable[[int, int], None] = lambda done, turns: None,
) -> dict[Candidate, Latency]:
    """Times a call of each of ``networks`` by turns, one image at a time on one thread, in float32.

    Weights do not change the time, so the networks are built without them.

    Args:
        networks: on images of their own sizes; equal ones are timed once.
        device: where to time.
        on_turn: called with the turns done and all turns, after each turn; a turn calls each network once.
    """
    distinct = tuple(dict.fromkeys(networks))
    conditions = LatencyConditions(device=device.type, warmup=_WARMUP, repeats=_REPEATS)
    models = [build_model(network.arch, network.input_size) for network in distinct]
    sizes = [network.input_size for network in distinct]
    return dict(zip(distinct, measure_latency(models, conditions, on_turn, input_sizes=sizes), strict=True))


def latency_section(latency: Latency, device: str, processor: str) -> LatencySection:
    """Returns the section of ``arch.yaml`` for a measured latency.

    Args:
        latency: in seconds; the section has milliseconds.
        device: ``cpu`` or the GPU's name.
        processor: the name of the machine's processor.
    """
    conditions = latency.conditions
    return LatencySection(
        ms=latency.median * 1e3,
        lower_ms=latency.lower * 1e3,
        upper_ms=latency.upper * 1e3,
        device=device,
        processor=processor,
        threads=conditions.threads,
        batch=conditions.batch_size,
        warmup=conditions.warmup,
        repeats=conditions.repeats,
    )
