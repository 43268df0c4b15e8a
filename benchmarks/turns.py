"""Times rivals in turns, so that the other load of a shared machine affects all of them equally."""

import time
from collections.abc import Callable, Mapping

import torch

from pipelines.measuring.clock import wait

WARM_UP = 2


def take_turns(
    rivals: Mapping[str, Callable[[], object]], rounds: int, seconds: float, device: torch.device
) -> dict[str, list[float]]:
    """Seconds a call of each rival, one figure a round.

    In a round each rival is called as often as takes about ``seconds`` together; a GPU is waited for at both ends.
    """
    calls = {}
    for name, rival in rivals.items():
        for _ in range(WARM_UP):
            rival()
        calls[name] = max(1, round(seconds / _seconds_a_call(rival, 1, device)))
    taken: dict[str, list[float]] = {name: [] for name in rivals}
    for _ in range(rounds):
        for name, rival in rivals.items():
            taken[name].append(_seconds_a_call(rival, calls[name], device))
    return taken


def ratios(taken: Mapping[str, list[float]], over: str, under: str) -> list[float]:
    """How many times as long ``over`` took as ``under``, round by round."""
    return [theirs / ours for theirs, ours in zip(taken[over], taken[under], strict=True)]


def _seconds_a_call(rival: Callable[[], object], calls: int, device: torch.device) -> float:
    wait(device)
    start = time.perf_counter()
    for _ in range(calls):
        rival()
    wait(device)
    return (time.perf_counter() - start) / calls
