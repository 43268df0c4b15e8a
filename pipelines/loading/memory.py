"""How much memory there is for data that stay in it."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

MEMORY_SHARE = 0.25  # by default
_CGROUPS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")  # version 2, version 1


def memory_for_data(device: "torch.device", share: float, of_device: float) -> int:
    """Returns the bytes that the data of one worker may take.

    Args:
        device: where the data would be kept.
        share: of the memory, for the data of all workers together, from 0 to 1.
        of_device: the worker's own part of the device, from 0 to 1; the workers on a device divide the share.
    """
    total = _gpu_memory(device) if device.type == "cuda" else _machine_memory()
    return int(total * share * of_device)


def cpu_share(cpus: int) -> float:
    """Returns the share of this machine's or container's CPUs that ``cpus`` are, as Ray counts them."""
    from joblib import cpu_count

    return cpus / float(cpu_count())


def _gpu_memory(device: "torch.device") -> int:
    import torch  # here, as the search file needs the default share alone

    return torch.cuda.get_device_properties(device).total_memory


def _machine_memory() -> int:
    """Returns the bytes of memory of this machine or container."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for path in map(Path, _CGROUPS):
        if path.is_file() and (limit := path.read_text().strip()).isdigit():
            total = min(total, int(limit))
    return total
