"""Keeps the memory of a training step for the next one, on a CPU.

The GNU C library returns each freed block of more than 32 MiB to the system at once, and often the end of its heap too.
The next step allocates the same memory, and the system fills each page with zeros at its first use. A step of
MobileNet-V2 (96 pixels, batch 64) has about 50,000 such page faults, which take a fifth of its time. GPUs have
PyTorch's caching allocator for the same reason. ``benchmarks/host_memory`` has the figures.
"""

import ctypes
import platform

# From malloc.h: https://man7.org/linux/man-pages/man3/mallopt.3.html
_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4
_NEVER = -1  # the largest number, read as unsigned


def keep_freed_memory() -> None:
    """Makes this process reuse the memory that it frees; no effect with a C library other than GNU's."""
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
