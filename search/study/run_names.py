"""Which runs there are, and what commands call them. The file imports little: a shell completes names at once."""

import os
from pathlib import Path

SETTINGS_NAME = "search.yaml"
RUNS = Path("runs")  # where runs are, unless the option --runs or this variable says otherwise:
RUNS_VARIABLE = "ULSAM_SEARCH_RUNS"


def run_names(runs: Path) -> list[str]:
    """Returns the names of the runs in ``runs``, in alphabetical order."""
    return sorted(path.parent.name for path in runs.glob(f"*/{SETTINGS_NAME}") if path.parent.name[0] != ".")


def called(run: Path) -> str | Path:
    """Returns the name of a run in commands: its folder's name, or its path if commands do not find the name."""
    there = Path(os.environ.get(RUNS_VARIABLE) or RUNS)
    return run.name if run.resolve().parent == there.resolve() else run.resolve()
