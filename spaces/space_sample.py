"""What the networks of a space cost, before any is trained: how many, from where to where, how many alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from spaces import FLOPS, Candidate, SearchSpace

if TYPE_CHECKING:
    Counts = NDArray[np.int64]

LARGEST = 20_000  # networks that are looked at one by one


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpaceSample:
    """Networks of a space within its budgets, and their exact costs.

    Attributes:
        networks: at least one, each once.
        costs: of each network by the name of a known cost, (len(networks),).
        whole: whether ``networks`` are all that are within the budgets; otherwise they are a sample.
    """

    networks: tuple[Candidate, ...]
    costs: Mapping[str, "Counts"]
    whole: bool

    @classmethod
    def of(cls, space: SearchSpace, largest: int = LARGEST, seed: int = 0) -> "SpaceSample":
        """Returns every network of a space within its budgets, or a sample.

        Args:
            space: the space.
            largest: networks up to which all are returned. A sample is the distinct networks of ``largest`` draws of
                :meth:`SearchSpace.sample`.
            seed: of the sample.

        Raises:
            SpaceError: no network is within the budgets.
        """
        within = space.count_within_budgets()
        whole = within is not None and 0 < within <= largest
        rng = Random(seed)
        networks = tuple(space if whole else dict.fromkeys(space.sample(rng) for _ in range(largest)))
        return cls(networks=networks, costs=space.cost_table.count(networks), whole=whole)

    def cheapest_to_most_expensive(self) -> tuple[int, ...]:
        """Returns the indices in ``networks`` of the least, the middle and the most FLOPs, each index once.

        FLOPs decide, whatever costs a search minimises, because the time of training depends on them.
        """
        others = [counts for name, counts in self.costs.items() if name != FLOPS.name]
        order = np.lexsort((*others, self.costs[FLOPS.name]))
        return tuple(dict.fromkeys(int(order[rank]) for rank in (0, len(order) // 2, -1)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ties:
    """Numbers of networks that have nearly the same costs as another one.

    Attributes:
        exact: networks with the same costs as another one.
        near: networks with costs that are each within a tolerance of those of another one.
    """

    exact: int
    near: int


def count_ties(space_sample: SpaceSample, tolerance: float = 0.01) -> Ties:
    """Counts the networks that have a tie in the sample.

    Args:
        space_sample: the networks and their costs.
        tolerance: a share from 0; two costs are near if the larger is at most ``1 + tolerance`` times the smaller.
    """
    costs, times = np.unique(np.stack(list(space_sample.costs.values()), axis=1), axis=0, return_counts=True)
    alone = times == 1
    near = np.full(len(costs), False)
    if len(costs) > 1:
        # On logarithmic axes a ratio is a distance; the first neighbour of each point is itself.
        from scipy.spatial import cKDTree

        distances, _ = cKDTree(np.log(costs)).query(np.log(costs), k=2, p=np.inf)
        near = distances[:, 1] <= np.log1p(tolerance) + 1e-12
    return Ties(exact=int(times[~alone].sum()), near=int(times[~alone | near].sum()))
