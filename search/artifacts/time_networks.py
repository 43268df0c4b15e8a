"""How long the trained networks of a search take to answer, on this machine and now."""

from collections.abc import Callable, Sequence

import torch

from pipelines.measuring.latency import Latency, LatencyConditions, measure_latency
from search.artifacts.network import LatencySection
from ulsam import ArchConfig, build_model

_WARMUP, _REPEATS = 5, 30  # fewer than ulsam-search latency makes of a few networks: here they may be dozens


def time_networks(
    archs: Sequence[ArchConfig],
    input_size: int,
    device: torch.device,
    on_turn: Callable[[int, int], None] = lambda done, turns: None,
) -> dict[ArchConfig, Latency]:
    """Times a call of each of ``archs`` by turns, one image at a time on one thread, in float32.

    Weights do not matter to that, so the networks are built without.

    Args:
        archs: each is timed once, however often it is there.
        input_size: pixels.
        device: where.
        on_turn: called after each turn, in which every network is called once, with how many of how many are done.
    """
    distinct = tuple(dict.fromkeys(archs))
    conditions = LatencyConditions(device=device.type, input_size=input_size, warmup=_WARMUP, repeats=_REPEATS)
    models = [build_model(arch, input_size) for arch in distinct]
    return dict(zip(distinct, measure_latency(models, conditions, on_turn), strict=True))


def latency_section(latency: Latency, device: str, processor: str) -> LatencySection:
    """What ``arch.yaml`` says of it; ``device``: ``cpu`` or the GPU's name."""
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
