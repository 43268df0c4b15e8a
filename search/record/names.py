"""Which runs there are; in a file of its own, so that a shell completes their names at once."""

from pathlib import Path

SETTINGS_NAME = "search.yaml"


def run_names(runs: Path) -> list[str]:
    """The runs in ``runs``."""
    return sorted(path.parent.name for path in runs.glob(f"*/{SETTINGS_NAME}") if path.parent.name[0] != ".")
