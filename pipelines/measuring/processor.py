"""Which processor or GPU something was measured on."""

import platform
from pathlib import Path

import torch

_LISTED = Path("/proc/cpuinfo")


def processor_name() -> str:
    """As Linux names it, such as ``AMD EPYC 7R13``; where it has no name, its kind, such as ``arm64``."""
    lines = _LISTED.read_text(encoding="utf-8").splitlines() if _LISTED.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return next(filter(None, names), platform.machine() or "unknown")


def device_name(device: torch.device) -> str:
    """``cpu``, or the GPU's name."""
    return torch.cuda.get_device_name() if device.type == "cuda" else "cpu"
