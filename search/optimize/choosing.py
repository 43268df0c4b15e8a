"""Chooses the candidate that is expected to add most to the front's hypervolume."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.optimize.candidates import Params, Space
from search.optimize.first_candidates import spread_over_costs
from search.optimize.improvement import most_improving
from search.optimize.observation import Observation, with_estimates
from search.optimize.pool import CostsOf, Pool, Pools, PriorOf
from search.optimize.pool_state import PoolState

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

STARTUP = 6  # trials, before the first that is reasoned
LARGEST = 65_536  # candidates that are looked at together


class CandidateChooser:
    """Chooses the next candidate of a space from what was observed.

    Every answer depends on the arguments and the observations alone. What the chooser keeps between calls saves time.

    Args:
        space: to choose from.
        costs_of: the exact costs of candidates, lower is better.
        reference: the lowest score that counts, then the highest costs; None: by what is observed, see
            :meth:`PoolState.of`.
        seed: of what is drawn at random.
        limit_weight: the weight of the best value within the limits of ``reference``, where the mean of the best values
            within all lower limits has weight 1; 0: the hypervolume alone counts.
        startup: how many trials, beside those of ``baselines``, are spread over the range of the costs before the
            surrogate chooses.
        largest: of a space with more candidates only a pool is considered.
        baselines: candidates that a user would have picked: less than the lowest value of those that have one is worth
            nothing.
        prior_of: a cheap score of candidates, in any unit, higher is better: see ``prior_mean.py``; None: there is
            none.
    """

    def __init__(
        self,
        space: Space,
        costs_of: CostsOf,
        *,
        reference: Floats | None,
        seed: int,
        limit_weight: float = 0.0,
        startup: int = STARTUP,
        largest: int = LARGEST,
        baselines: Sequence[Params] = (),
        prior_of: PriorOf | None = None,
    ) -> None:
        self._pools = Pools(space, costs_of, largest=largest, seed=seed, prior_of=prior_of)
        self._reference = reference
        self._seed = seed
        self._limit_weight = limit_weight
        self._startup = startup
        self._baselines = baselines

    @property
    def choices(self) -> Mapping[str, Sequence[Any]]:
        """Every parameter of the space with the values it may take."""
        return self._pools.choices

    def pool(self, observations: Sequence[Observation]) -> Pool:
        """Returns the candidates to choose from after ``observations``, which are in the order of their trials."""
        return self._pools.current(observations)

    def exhausted(self, observations: Sequence[Observation]) -> bool:
        """Whether every candidate has been observed, as far as the last :meth:`pool` shows."""
        return self._pools.exhausted(observations)

    @property
    def latest(self) -> Pool:
        """The pool that :meth:`pool` returned last."""
        return self._pools.latest

    def pool_state(self, observations: Sequence[Observation], *, ended: bool = False) -> PoolState:
        """Returns what ``observations`` show about the candidates.

        Args:
            observations: in the order of their trials, without estimates.
            ended: whether to leave out the trials whose score is awaited.
        """
        pool = self.pool(observations)
        known = [one for one in with_estimates(observations) if not (ended and one.awaited)]
        return PoolState.of(pool, known, self._reference)

    def propose(self, observations: Sequence[Observation], number: int) -> Params | None:
        """Returns the next candidate to train; None: all have been observed.

        Args:
            observations: in the order of their trials, without estimates.
            number: of the trial that will train the candidate; with the seed it decides what is drawn at random.
        """
        pool_state = self.pool_state(observations)
        open_rows = np.flatnonzero(~pool_state.tried)
        return self.choose(pool_state, open_rows, number) if len(open_rows) else None

    def choose(self, pool_state: PoolState, open_rows: Rows, number: int) -> Params:
        """Returns the best of the candidates in ``open_rows``.

        Args:
            pool_state: the candidates, and what is known of them.
            open_rows: rows of the pool to choose among, (k,); at least one.
            number: of the trial that will train the candidate; with the seed it decides what is drawn at random.
        """
        pool, posterior = pool_state.pool, pool_state.posterior
        baselines = self._rows_of_baselines(pool)
        if posterior is None or pool_state.tried.sum() - pool_state.tried[baselines].sum() < self._startup:
            rng = np.random.default_rng([self._seed, number])
            return pool.candidates[spread_over_costs(pool, np.flatnonzero(pool_state.tried), open_rows, rng)]
        pool_state = replace(pool_state, reference=_above_baselines(pool_state, baselines))
        lowest = np.minimum(0.0, pool.costs.min(axis=0))  # below zero where what is known is maximised
        best = most_improving(
            posterior.scenarios[:, open_rows],
            posterior.deviation[open_rows],
            pool.costs[open_rows],
            pool_state.fronts,
            pool_state.chance[open_rows],
            self._limit_weight * float(np.prod(pool_state.reference[1:] - lowest)),
        )
        return pool.candidates[int(open_rows[best])]

    def _rows_of_baselines(self, pool: Pool) -> list[int]:
        rows = (pool.row(params) for params in self._baselines)
        return [row for row in rows if row is not None]


def _above_baselines(pool_state: PoolState, baselines: Sequence[int]) -> Floats:
    """Returns the reference with the lowest value of a trained baseline, if that is higher: others are worth nothing.

    The reference that hypervolumes are reported by is the value of guessing. By that, a network a little cheaper than
    all others is worth most, however inaccurate, since nothing else is at its cost.
    """
    reference = pool_state.reference.copy()
    assert pool_state.posterior is not None
    if trained := [row for row in baselines if pool_state.trained[row]]:
        reference[0] = max(reference[0], pool_state.posterior.mean[trained].min())
    return reference
