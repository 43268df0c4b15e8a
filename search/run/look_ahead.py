"""Estimates how much a search can still find, and decides whether that is too little to continue."""

from collections.abc import Callable

from search.optimize.hypervolume_gap import HypervolumeGap
from search.optimize.hypervolume_gap_estimate import estimate_hypervolume_gap
from search.optimize.pool_state import PoolState
from search.run.time_share import TimeShare

_PARTS = 50  # estimates take a fiftieth of the driver's time at most, unless they can end the search


class LookAhead:
    """Estimates what is left to find: after every trial if that can end the search, otherwise from time to time.

    Args:
        enough: the remaining hypervolume, as a share, with which the search ends; None: estimates do not end it.
        pool_state: returns what the ended trials say of every network; called for an estimate alone, as it is slow.

    Attributes:
        settled: whether untried networks can add too little, by the last estimate.
    """

    def __init__(self, enough: float | None, pool_state: Callable[[], PoolState]) -> None:
        self._enough = enough
        self._pool_state = pool_state
        self._share = TimeShare(_PARTS)
        self.settled = False

    @property
    def ends_search(self) -> bool:
        """Whether an estimate can end the search."""
        return self._enough is not None

    def estimate(self) -> HypervolumeGap | None:
        """Returns what is left to find; None: it is not time for an estimate, or too little is known for one."""
        if self._enough is None and not self._share.due:
            return None
        with self._share.spend():
            remaining = estimate_hypervolume_gap(self._pool_state())
        # What ends later may show that there is more to find after all.
        self.settled = self._enough is not None and remaining is not None and remaining.upper <= self._enough
        return remaining
