"""Searches side by side."""

from collections.abc import Sequence
from pathlib import Path

from search.errors import UsageError
from search.render.comparison import Comparison
from search.study.folder import RunFolder
from search.study.run_names import RUNS


class TooFewRunsError(UsageError):
    """There is nothing to compare a run with."""


def compare(names: Sequence[str], runs: Path = RUNS) -> Comparison:
    """What searches on the same data asked, their hypervolumes, and the best network of each within each limit.

    Args:
        names: of two runs or more, or paths of their folders.
        runs: where runs are.

    Raises:
        UsageError: there are fewer than two, one is not there, or they are not on the same data.
    """
    if len(names) < 2:
        raise TooFewRunsError("expected at least two runs", where="compare")
    return Comparison.of([RunFolder.find(runs, name) for name in names])
