"""Which device a command works on."""

import torch

from search.errors import ArgumentError


def chosen_device(device: str | None) -> torch.device:
    """What a caller means by ``device``: ``cpu``, ``cuda``, or None for cuda where there is one.

    Raises:
        ArgumentError: there is no such device here.
    """
    there = torch.cuda.is_available()
    name = device or ("cuda" if there else "cpu")
    if name not in ("cpu", "cuda") or (name == "cuda" and not there):
        raise ArgumentError("device", f"expected cpu{' or cuda' if there else ''}, got {name}")
    return torch.device(name)
