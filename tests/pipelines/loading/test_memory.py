"""Memory for resident data: a share of the machine's, divided among workers."""

import os
from pathlib import Path

import pytest
import torch

from pipelines.loading import memory
from pipelines.loading.memory import memory_for_data

CPU = torch.device("cpu")


def test_is_a_share_of_the_machine() -> None:
    whole = memory_for_data(CPU, share=1, of_device=1)
    assert 0 < whole <= os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert memory_for_data(CPU, share=0.5, of_device=0.25) == whole // 8


def test_a_containers_limit_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(memory, "_CGROUPS", (str(limit), str(tmp_path / "absent")))
    limit.write_text("1000000\n")
    assert memory_for_data(CPU, share=0.5, of_device=1) == 500_000
    limit.write_text("max\n")
    assert memory_for_data(CPU, share=1, of_device=1) > 1_000_000
