"""How long networks take to answer, measured side by side."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Self

import torch
from torch import Tensor, nn

from pipelines.errors import RangeError
from pipelines.measuring.clock import threads, wait
from pipelines.measuring.turns import time_in_turns


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

    @classmethod
    def of(cls, seconds: Sequence[float], conditions: LatencyConditions) -> Self:
        """Returns the latency of a network.

        Args:
            seconds: of each call, at least one.
            conditions: of the measurement.
        """
        if len(seconds) == 1:
            return cls(median=seconds[0], lower=seconds[0], upper=seconds[0], conditions=conditions)
        lower, median, upper = statistics.quantiles(seconds, n=4, method="inclusive")
        return cls(median=median, lower=lower, upper=upper, conditions=conditions)

    @property
    def images_per_second(self) -> float:
        """The images per second at the median."""
        return self.conditions.batch_size / self.median


def measure_latency(
    models: Sequence[nn.Module],
    conditions: LatencyConditions,
    on_turn: Callable[[int, int], None] = lambda done, turns: None,
    *,
    input_sizes: Sequence[int] | None = None,
) -> list[Latency]:
    """Times a forward pass of each of ``models``, in float32 and channels_last, in evaluation mode.

    The networks take turns, call by call, so other programs slow all of them alike. On a GPU the clock stops when a
    call has finished, so this is latency and not throughput.

    Args:
        models: from (batch, 3, size, size); moved to the device.
        conditions: of the measurement.
        on_turn: called after each turn with the turns done and the turns in all, while no clock runs.
        input_sizes: of each network, in pixels; None: that of ``conditions``.

    Returns:
        A latency for each of ``models``, in their order.
    """
    device = torch.device(conditions.device)
    sizes = input_sizes or [conditions.input_size] * len(models)
    images = {size: _images(conditions.batch_size, size, device) for size in sorted(set(sizes))}
    for model in models:
        model.to(device=device, memory_format=torch.channels_last).eval()  # type: ignore[call-overload]

    def call(model: nn.Module, size: int) -> Callable[[], None]:
        def until_done() -> None:
            model(images[size])
            wait(device)

        return until_done

    wait(device)
    with torch.inference_mode(), threads(conditions.threads):
        calls = [call(model, size) for model, size in zip(models, sizes, strict=True)]
        seconds = time_in_turns(calls, warmup=conditions.warmup, repeats=conditions.repeats, on_turn=on_turn)
    return [Latency.of(taken, replace(conditions, input_size=size)) for taken, size in zip(seconds, sizes, strict=True)]


def _images(batch_size: int, size: int, device: torch.device) -> Tensor:
    images = torch.rand((batch_size, 3, size, size), device=device)
    return images.contiguous(memory_format=torch.channels_last)
