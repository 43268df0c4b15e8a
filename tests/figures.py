"""The page of measured figures, and the result files that they are from."""

import json
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
