"""Chooses the device that a command works on."""

import torch

from search.errors import ArgumentError


def chosen_device(device: str | None) -> torch.device:
    """Returns the device that a caller means.

    Args:
        device: ``cpu`` or ``cuda``; None: cuda where this machine has a GPU, else cpu.

    Raises:
        ArgumentError: this machine has no such device.
    """
    there = torch.cuda.is_available()
    name = device or ("cuda" if there else "cpu")
    if name not in ("cpu", "cuda") or (name == "cuda" and not there):
        raise ArgumentError("device", f"expected cpu{' or cuda' if there else ''}, got {name}")
    return torch.device(name)
