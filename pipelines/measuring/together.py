"""Calls a function in several processes at the same time, to measure how much concurrent programs slow each other."""

import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from joblib.externals.loky import ProcessPoolExecutor

_PATIENCE = 60.0  # seconds that a process waits for the others
_PAUSE = 0.01  # seconds

T = TypeVar("T")


def together(processes: int, function: Callable[..., T], *arguments: Any) -> list[T]:
    """Returns what a function returns in each of several processes, which begin once all are ready.

    For one process, the function is called in this one. Otherwise new processes first import what the function needs.

    Args:
        processes: their number, at least 1.
        function: of a module; the function, its arguments and its values are pickled.
        arguments: of each call.
    """
    if processes == 1:
        return [function(*arguments)]
    with TemporaryDirectory() as folder, ProcessPoolExecutor(processes) as pool:
        ready = Path(folder)
        calls = [pool.submit(_begin, ready, number, processes, function, *arguments) for number in range(processes)]
        return [call.result() for call in calls]


def _begin(ready: Path, number: int, processes: int, function: Callable[..., T], *arguments: Any) -> T:
    """Calls the function once each process has its file in ``ready``, or the patience is over."""
    (ready / str(number)).touch()
    deadline = time.monotonic() + _PATIENCE
    while sum(1 for _ in ready.iterdir()) < processes and time.monotonic() < deadline:
        time.sleep(_PAUSE)
    return function(*arguments)
