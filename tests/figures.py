"""The page of measured figures, and the result files that they are from."""

import csv
import json
from collections.abc import Sequence
from statistics import mean, stdev
from typing import Any

from tests.helpers import ROOT
from tests.pages import page

PAGE = page("measured")
BENCHMARKS = ROOT / "benchmarks"


def result(name: str) -> dict[str, Any]:
    """A benchmark's result file."""
    return json.loads((BENCHMARKS / name).read_text())  # type: ignore[no-any-return]


def row(*cells: str) -> str:
    """Cells that follow one another in a row of a table."""
    return " | ".join(cells)


def middle(spread: dict[str, float], digits: int = 1) -> str:
    """``2.0 (1.5 to 2.4)``."""
    return f"{spread['median']:.{digits}f} ({span(spread, digits)})"


def span(spread: dict[str, float], digits: int = 0) -> str:
    """``1.5 to 2.4``."""
    return f"{spread['lowest']:.{digits}f} to {spread['highest']:.{digits}f}"


def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of a benchmark's file of trainings, such as ``transfer/starts``."""
    with (BENCHMARKS / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def differences(values: Sequence[float], others: Sequence[float]) -> list[float]:
    """Seed by seed."""
    return [one - other for one, other in zip(values, others, strict=True)]


def mean_and_error(values: Sequence[float], sign: str = "") -> str:
    """The mean with its standard error, as :func:`shown`."""
    return shown(mean(values), stdev(values) / len(values) ** 0.5, sign)


def shown(value: float, error: float, sign: str = "") -> str:
    """``70.2 ± 0.8``, in percent; ``sign``: ``+`` for a difference."""
    return f"{100 * value:{sign}.1f} ± {100 * error:.1f}"
