"""Times calls of the trained networks of a search on this machine."""

from collections.abc import Callable, Sequence

import torch

from pipelines.measuring.latency import Latency, LatencyConditions, measure_latency
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
