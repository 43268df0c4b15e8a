"""How networks are timed before one of them is chosen."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
import torch
from pydantic import ValidationError
from torch import nn

from pipelines.measuring.latency import Latency, LatencyConditions
from search.artifacts.latency_section import LatencySection
from search.artifacts.time_networks import time_networks
from spaces import Candidate
from ulsam import ArchConfig

SMALL, LARGE = (
    Candidate(arch=ArchConfig(backbone="mobilenet_v2", width=width, num_classes=10), input_size=32)
    for width in (0.1, 1.0)
)


def test_networks_are_timed_as_the_latency_command_does() -> None:
    turns: list[tuple[int, int]] = []
    timed = time_networks([SMALL, LARGE], torch.device("cpu"), lambda done, of: turns.append((done, of)))
    assert list(timed) == [SMALL, LARGE]
    assert timed[SMALL].median > 0
    assert timed[SMALL].conditions == timed[LARGE].conditions
    usual, conditions = LatencyConditions(), timed[SMALL].conditions
    assert (conditions.batch_size, conditions.threads) == (usual.batch_size, usual.threads) == (1, 1)
    assert (conditions.device, conditions.input_size) == ("cpu", 32)
    count = conditions.warmup + conditions.repeats
    assert turns == [(done, count) for done in range(1, count + 1)]


def test_each_network_is_timed_on_images_of_its_own_size() -> None:
    small = replace(SMALL, input_size=16)
    timed = time_networks([SMALL, small], torch.device("cpu"))
    assert {network: latency.conditions.input_size for network, latency in timed.items()} == {SMALL: 32, small: 16}


def test_each_network_is_timed_once_and_has_its_own_time(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[int] = []

    def by_size(
        models: Sequence[nn.Module], conditions: LatencyConditions, on_turn: Callable[..., None], **_: object
    ) -> list[Latency]:
        called.append(len(models))
        sizes = [float(sum(weights.numel() for weights in model.parameters())) for model in models]
        return [Latency(median=size, lower=size, upper=size, conditions=conditions) for size in sizes]

    monkeypatch.setattr("search.artifacts.time_networks.measure_latency", by_size)
    timed = time_networks([LARGE, SMALL, LARGE], torch.device("cpu"))
    assert called == [2]
    assert timed[LARGE].median > timed[SMALL].median


def test_what_was_measured_is_kept_in_milliseconds_with_its_conditions() -> None:
    conditions = LatencyConditions(batch_size=2, threads=3, warmup=4, repeats=5)
    latency = Latency(median=0.002, lower=0.001, upper=0.003, conditions=conditions)
    section = LatencySection.of(latency, "cpu", "A Processor")
    assert (section.ms, section.lower_ms, section.upper_ms) == pytest.approx((2, 1, 3))
    assert section.conditions == "batch 2 on cpu (A Processor, 3 threads), float32: median of 5 calls"
    assert LatencySection.model_validate(section.model_dump(mode="json")) == section
    with pytest.raises(ValidationError, check=lambda error: error.errors()[0]["type"] == "frozen_instance"):
        section.ms = 1.0
    on_gpu = LatencySection.of(latency, "NVIDIA H100", "A Processor")
    assert on_gpu.conditions == "batch 2 on NVIDIA H100, float32: median of 5 calls"
