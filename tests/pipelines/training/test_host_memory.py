"""A process that trains on a CPU reuses the memory that it frees."""

import platform
import subprocess
import sys

import pytest

from tests.helpers import ROOT

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library has its own ways")

PAGES = 64 * 2**20 // 4096
FAULTS = """
import resource
from pipelines.training.host_memory import keep_freed_memory, return_freed_memory

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    bytes(block)  # copied, and freed at once
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

block = bytearray(64 * 2**20)
block[::4096] = b"1" * (len(block) // 4096)
faults()
asked_anew = faults()
keep_freed_memory()
faults()
kept = faults()
return_freed_memory()
print(asked_anew, kept, faults())
"""


def test_freed_memory_is_kept_until_it_is_given_back() -> None:
    """Its pages are touched for the first time, which is a page fault each: always, never, once more."""
    done = subprocess.run([sys.executable, "-c", FAULTS], cwd=ROOT, capture_output=True, text=True, check=True)
    asked_anew, kept, given_back = map(int, done.stdout.split())
    assert asked_anew > PAGES / 2
    assert kept < PAGES / 100
    assert given_back > PAGES / 2
