"""Other programs on the machine that times are measured on."""

import os
import subprocess
import sys

import psutil
import pytest

from pipelines.measuring.busy import TIMES, TRAINING, busy_share, doubt


@pytest.mark.skipif(
    len(os.sched_getaffinity(0)) < (os.cpu_count() or 1), reason="only some of the machine's cores are ours to busy"
)
def test_programs_at_work_are_noticed() -> None:
    spin = [sys.executable, "-c", "print(flush=True)\nwhile True: pass"]
    programs = [subprocess.Popen(spin, stdout=subprocess.PIPE) for _ in range(os.cpu_count() or 1)]
    try:
        for program in programs:
            assert program.stdout is not None
            program.stdout.readline()
        assert 0.5 < busy_share() <= 1
    finally:
        for program in programs:
            program.kill()
            program.communicate()


def test_the_share_is_that_of_all_cores_while_it_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "cpu_percent", lambda seconds: 40.0 * (seconds == 0.25))
    assert busy_share(0.25) == 0.4


def test_a_little_work_casts_no_doubt() -> None:
    assert doubt(0.05) is None
    assert str(doubt(0.4)) == f"other programs use 40% of this machine's cores: {TIMES}"
    assert str(doubt(0.4, TRAINING)).endswith(f"cores: {TRAINING}")
