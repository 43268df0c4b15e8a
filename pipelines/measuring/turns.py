"""Calls that are timed in turns, so that other programs slow all of them alike."""

import time
from collections.abc import Callable, Sequence


def time_in_turns(
    calls: Sequence[Callable[[], object]],
    *,
    warmup: int,
    repeats: int,
    on_turn: Callable[[int, int], None] = lambda done, turns: None,
) -> list[list[float]]:
    """Returns the seconds of each of ``repeats`` calls, a list for each of ``calls``.

    Args:
        calls: what to time; each returns when its work is done.
        warmup: the turns before the clock runs.
        repeats: the turns that are timed.
        on_turn: called after each turn with the turns done and the turns in all, while no clock runs.
    """
    seconds: list[list[float]] = [[] for _ in calls]
    for turn in range(warmup + repeats):
        for call, taken in zip(calls, seconds, strict=True):
            start = time.perf_counter()
            call()
            if turn >= warmup:
                taken.append(time.perf_counter() - start)
        on_turn(turn + 1, warmup + repeats)
    return seconds
