"""The processor's name."""

import platform
from pathlib import Path

import pytest

from pipelines.measuring.processor import processor_name


@pytest.mark.parametrize(
    ("listed", "name"),
    [
        ("processor\t: 0\nmodel name\t: AMD EPYC 7R13\nprocessor\t: 1\nmodel name\t: Another\n", "AMD EPYC 7R13"),
        ("model name\t:\n", platform.machine()),
        ("Features\t: fp asimd\n", platform.machine()),
        (None, platform.machine()),
    ],
    ids=["named", "empty", "arm", "no list"],
)
def test_it_is_as_linux_has_it_or_else_the_machines_kind(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, listed: str | None, name: str
) -> None:
    path = tmp_path / "cpuinfo"
    if listed is not None:
        path.write_text(listed)
    monkeypatch.setattr("pipelines.measuring.processor._LISTED", path)
    assert processor_name() == name
