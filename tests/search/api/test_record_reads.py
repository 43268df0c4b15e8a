"""Commands read the trials of a record once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from search.api.front import front
from search.api.mirror import mirror
from search.api.report import report
from search.api.resume import resume
from search.api.status import status
from search.study import study_reader
from tests.search.factory import fill, new_run, result

COMMANDS: dict[str, Callable[[Path], object]] = {
    "front": lambda runs: front("tiny", runs),
    "status": lambda runs: status("tiny", runs),
    "report": lambda runs: report("tiny", runs / "report.html", runs=runs),
    "mirror": lambda runs: mirror("tiny", runs=runs),
    "resume": lambda runs: resume("tiny", runs=runs),
}


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run that is over, in the folder that is returned."""
    _, record = new_run(tmp_path, search={"trials": 3, "sampler": "random"})
    fill(record, [result(0.5), result(0.6), result(0.7)])
    record.end()
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_reads_each_trial_once(run: Path, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    real = study_reader.read_trial

    def noted(row: Any, size: int) -> Any:
        read.append(row.number)
        return real(row, size)

    monkeypatch.setattr(study_reader, "read_trial", noted)
    COMMANDS[command](run)
    assert read == [0, 1, 2]
