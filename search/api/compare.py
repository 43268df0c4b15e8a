"""Searches side by side."""

from collections.abc import Sequence
from pathlib import Path

from search.errors import UsageError
from search.render.comparison import Comparison
from search.study.folder import RunFolder
from search.study.run_names import RUNS


class TooFewRunsError(UsageError):
    """Fewer than two runs are to be compared."""


def compare(names: Sequence[str], runs: Path = RUNS) -> Comparison:
    """Returns the settings of searches on the same data, their hypervolumes, and their best networks within each limit.

    Args:
        names: of two or more runs in ``runs``, or paths of their folders; in the order shown.
        runs: the folder that holds the runs.

    Raises:
        TooFewRunsError: there are fewer than two.
        UsageError: there is no such run, or the searches can't be compared.
    """
    if len(names) < 2:
        raise TooFewRunsError("expected at least two runs", where="compare")
    return Comparison.of([RunFolder.find(runs, name) for name in names])
