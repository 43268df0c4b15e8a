"""What every result file says beside its figures: spread, versions, hardware."""

import json
import os
import platform
import statistics
from collections.abc import Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median, lowest and highest of ``values``, and how many there are."""
    return {"median": statistics.median(values), "lowest": min(values), "highest": max(values), "n": len(values)}


def save(path: Path, figures: dict[str, Any], packages: Sequence[str]) -> None:
    """Writes ``figures`` with the date, the machine and the versions of ``packages``."""
    about = {
        "date": date.today().isoformat(),
        "cores": len(os.sched_getaffinity(0)),
        "processor": _processor(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in packages},
    }
    path.write_text(json.dumps({**about, **figures}, indent=2) + "\n")


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
