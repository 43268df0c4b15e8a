"""The knowledge of a search about its candidates after some trials."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from search.optimize.design_point import DesignPoint
from search.optimize.improvement import Staircase
from search.optimize.observation import Observation
from search.optimize.pareto import non_dominated
from search.optimize.pool import Pool
from search.optimize.surrogate import Posterior

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_FEWEST = 3  # scores, before anything is learnt from them
_MARGIN = 0.05


@dataclass(frozen=True)
class PoolState:
    """A pool of n candidates, and what the trials so far show about them. Accuracy is maximised, costs are minimised.

    Attributes:
        pool: the candidates.
        tried: (n,): whether it was proposed before, whatever came of it.
        trained: (n,): whether it has a score or is being trained.
        posterior: of all values; None as long as too few have a score.
        chance: (n,): how likely it can be trained at all, 0 to 1.
        reference: the worst value that counts, then the highest costs, (1 + 1 or 2,).
    """

    pool: Pool
    tried: Flags
    trained: Flags
    posterior: Posterior | None
    chance: Floats
    reference: Floats

    @classmethod
    def of(cls, pool: Pool, observations: Sequence[Observation], reference: Floats | None) -> "PoolState":
        """Returns what ``observations`` say of ``pool``.

        Args:
            pool: the candidates.
            observations: in the order of their trials; those of candidates that are not in the pool are ignored.
            reference: the worst value that counts, then the highest costs, (1 + 1 or 2,). None: the lowest score, where
                very low scores are raised, and 1.05 times the highest costs.
        """
        n = len(pool.candidates)
        tried, trained, chance = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool), np.ones(n)
        placed = []
        for observation in observations:
            rows = pool.rows(observation)
            tried[rows] = True
            if len(rows):
                placed.append((int(rows[0]), observation))
        useful = [(row, observation) for row, observation in placed if not observation.failed]
        trained[[row for row, observation in useful if observation.score is not None or observation.awaited]] = True
        scored = [row for row, observation in useful if observation.score is not None]
        posterior = None
        if len(scored) >= _FEWEST:
            # Failed candidates never have a score; their design points make similar candidates less uncertain.
            design = [
                DesignPoint(row, observation.score, observation.extra_noise, awaited=observation.awaited)
                for row, observation in placed
                if observation.failed or observation.awaited or observation.score is not None
            ]
            points = np.column_stack(
                [[observation.score for _, observation in useful if observation.score is not None], pool.costs[scored]]
            )

            def best(count: int) -> set[int]:
                kept = non_dominated(points[:count].tolist())
                return {row for row, keep in zip(scored[:count], kept, strict=True) if keep}

            posterior = pool.surrogate.condition_on(design, None if reference is None else float(reference[0]), best)
            chance = pool.surrogate.chance([row for row, observation in placed if observation.failed], scored)
        if reference is None:
            highest, spread = pool.costs.max(axis=0), np.ptp(pool.costs, axis=0)
            limits = highest + _MARGIN * np.where(highest > 0, highest, spread)
            limits[limits == highest] += 1.0  # all cost the same
            reference = np.concatenate([[0.0 if posterior is None else posterior.worst], limits])
        return cls(pool, tried, trained, posterior, chance, reference)

    @cached_property
    def front(self) -> Staircase:
        """The front of the posterior means of the trained networks, so that a lucky score counts less."""
        assert self.posterior is not None, "too few scores"
        return self._front(self.posterior.mean)

    @property
    def fronts(self) -> list[Staircase]:
        """The front in each of the posterior's scenarios."""
        assert self.posterior is not None, "too few scores"
        return [self._front(mean) for mean in self.posterior.scenarios]

    def _front(self, mean: Floats) -> Staircase:
        return Staircase.of(mean[self.trained], self.pool.costs[self.trained], self.reference)
