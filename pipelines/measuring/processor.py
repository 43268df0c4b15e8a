"""Which processor or GPU something was measured on."""

import platform
from pathlib import Path

import torch

_LISTED = Path("/proc/cpuinfo")


def processor_name() -> str:
    """Returns the processor's name on Linux, such as ``AMD EPYC 7R13``; elsewhere its kind, such as ``arm64``."""
    lines = _LISTED.read_text(encoding="utf-8").splitlines() if _LISTED.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return next(filter(None, names), platform.machine() or "unknown")


def device_name(device: torch.device) -> str:
    """Returns ``cpu``, or the name of the GPU."""
    return torch.cuda.get_device_name() if device.type == "cuda" else "cpu"
