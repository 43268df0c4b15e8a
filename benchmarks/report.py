"""The values that every result file has in addition to its figures: spread, versions, hardware."""

import json
import os
import platform
import statistics
from collections.abc import Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pipelines.measuring.processor import processor_name
from pipelines.training.recipe import METHOD


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median, lowest and highest of ``values``, and how many there are."""
    return {"median": statistics.median(values), "lowest": min(values), "highest": max(values), "n": len(values)}


def save(path: Path, figures: dict[str, Any], packages: Sequence[str]) -> None:
    """Writes ``figures`` with the date, the machine and the versions of ``packages``."""
    about = {
        "date": date.today().isoformat(),
        "method": METHOD,  # of training and scoring: accuracies of different methods do not compare
        "cores": len(os.sched_getaffinity(0)),
        "processor": processor_name(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in packages},
    }
    path.write_text(json.dumps({**about, **figures}, indent=2) + "\n")
