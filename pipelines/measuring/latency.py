"""How long networks take to answer, measured side by side."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import nn

from pipelines.errors import RangeError
from pipelines.measuring.clock import threads, wait


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyConditions:
    """What a latency was measured under; it means nothing without them.

    Attributes:
        device: ``cpu`` or ``cuda``.
        batch_size: images a call.
        input_size: their height and width.
        threads: of one call on a CPU.
        warmup, repeats: calls that are not timed, then calls that are.

    Raises:
        RangeError: a number is below 1 (``warmup``: below 0).
    """

    device: str = "cpu"
    batch_size: int = 1
    input_size: int = 224
    threads: int = 1
    warmup: int = 10
    repeats: int = 100

    def __post_init__(self) -> None:
        for name in ("batch_size", "input_size", "threads", "repeats"):
            if getattr(self, name) < 1:
                raise RangeError(where=name, expected="at least 1", got=getattr(self, name))
        if self.warmup < 0:
            raise RangeError(where="warmup", expected="at least 0", got=self.warmup)


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Seconds that one call of a network takes: the median of all, and the quartiles on either side of it."""

    median: float
    lower: float
    upper: float
    conditions: LatencyConditions

    @property
    def images_per_second(self) -> float:
        """At the median."""
        return self.conditions.batch_size / self.median


def measure_latency(
    models: Sequence[nn.Module],
    conditions: LatencyConditions,
    on_turn: Callable[[int, int], None] = lambda done, turns: None,
) -> list[Latency]:
    """Times a forward pass of each of ``models``, in float32 and channels_last, in evaluation mode.

    The networks take turns, call by call: whatever else the machine does meanwhile slows all of them alike. On a
    GPU each call is waited for, so this is latency and not throughput.

    Args:
        models: from (batch, 3, size, size); moved to the device.
        conditions: what to measure under.
        on_turn: called after each turn with how many of how many are done, while no clock runs.
    """
    device = torch.device(conditions.device)
    shape = (conditions.batch_size, 3, conditions.input_size, conditions.input_size)
    images = torch.rand(shape, device=device).contiguous(memory_format=torch.channels_last)
    for model in models:
        model.to(device=device, memory_format=torch.channels_last).eval()  # type: ignore[call-overload]
    seconds: list[list[float]] = [[] for _ in models]
    with torch.inference_mode(), threads(conditions.threads):
        turns = conditions.warmup + conditions.repeats
        for turn in range(turns):
            for model, taken in zip(models, seconds, strict=True):
                wait(device)
                start = time.perf_counter()
                model(images)
                wait(device)
                if turn >= conditions.warmup:
                    taken.append(time.perf_counter() - start)
            on_turn(turn + 1, turns)
    return [_summary(taken, conditions) for taken in seconds]


def _summary(seconds: list[float], conditions: LatencyConditions) -> Latency:
    if len(seconds) == 1:
        return Latency(median=seconds[0], lower=seconds[0], upper=seconds[0], conditions=conditions)
    lower, median, upper = statistics.quantiles(seconds, n=4, method="inclusive")
    return Latency(median=median, lower=lower, upper=upper, conditions=conditions)
