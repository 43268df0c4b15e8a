"""Warns of what makes measured times doubtful."""

from collections.abc import Callable

import torch

from pipelines.measuring import busy

Warn = Callable[[str], None]


def silent(text: str) -> None:
    """Ignores a warning or a remark."""


def warn_if_busy(device: torch.device, on_warning: Warn, *, training: bool = False) -> None:
    """Warns if other programs use the CPUs, which would slow timing or training; does nothing for a GPU.

    Args:
        device: where to time or train.
        on_warning: called with the warning, one line.
        training: whether the warning is about a training instead of times.
    """
    if device.type != "cpu":
        return
    words = busy.doubt(busy.busy_share(), busy.TRAINING if training else busy.TIMES)
    if words is not None:
        on_warning(words)
