"""Whether a network is worth compiling."""

import torch

from pipelines.names import CompileMode

_COST = 60.0  # seconds for a new network, forward and backward; minutes for large ones
_GAIN = 0.2  # of a step's time, on a GPU


def worth_compiling(mode: CompileMode, device: torch.device, seconds_left: float) -> bool:
    """Whether compiling now ends a training sooner.

    Args:
        mode: of the settings; ``auto`` decides by the time left.
        device: where the network is trained.
        seconds_left: the expected rest of the training in seconds.
    """
    if mode == "auto":
        # On a CPU these networks gain nothing: their time is spent in convolutions that are compiled already.
        return device.type == "cuda" and seconds_left * _GAIN > _COST
    return mode == "always"
