"""Keeps the memory of a training step for the next one, on a CPU.

The GNU C library gives each block of more than 32 MiB back to the system as soon as it is freed, and often the end of
its heap. The next step asks for the same memory, and the system fills every page of it with zeros when it is first
touched: some 50,000 page faults a step of MobileNet-V2 (96 pixels, batch 64), a fifth of its time. GPUs have PyTorch's
caching allocator for the same reason. ``benchmarks/host_memory`` has the figures.
"""

import ctypes
import platform

# From malloc.h: https://man7.org/linux/man-pages/man3/mallopt.3.html
_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4
_NEVER = -1  # as an unsigned number the largest there is


def keep_freed_memory() -> None:
    """Makes this process reuse what it frees; with another C library than GNU's, nothing changes."""
    if _is_glibc():
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_MMAP_MAX, 0)
        libc.mallopt(_M_TRIM_THRESHOLD, _NEVER)


def return_freed_memory() -> None:
    """Returns the memory that this process has freed and kept to the system, for other processes on the machine."""
    if _is_glibc():
        ctypes.CDLL(None).malloc_trim(0)


def _is_glibc() -> bool:
    return platform.libc_ver()[0] == "glibc"
