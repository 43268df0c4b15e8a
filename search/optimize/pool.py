"""The candidates to choose among: a whole space, or a part of one that is too large, drawn again now and then."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from sys import maxsize
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from search.optimize.candidates import Key, Params, Space, key_of
from search.optimize.features import Features
from search.optimize.observation import Observation, with_estimates
from search.optimize.pareto import non_dominated
from search.optimize.prior_mean import PriorSurrogate
from search.optimize.surrogate import Surrogate

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
PriorOf = Callable[[Sequence[Params]], Floats]  # (n,), higher is better
CostsOf = Callable[[Sequence[Params]], Floats]  # (n, 1 or 2), lower is better

_SIZE = 2048
_REFRESH, _REFRESH_SHARE = 10, 50  # trials that share a drawn pool, and a fiftieth of those before where that is more
_STRATA = 10
_SURPLUS = 4


class Pool:
    """Candidates of ``space`` with their costs, features and surrogate, which do not change.

    Attributes:
        candidates: n of them, each once.
        costs: (n, 1 or 2), lower is better.
        whole: whether these are all that there are.
        surrogate: over their features, around their prior scores where there are such.
    """

    def __init__(
        self,
        space: Space,
        candidates: Sequence[Params],
        costs: Floats,
        features: Features,
        whole: bool,
        prior: Floats | None = None,
    ) -> None:
        self.candidates = candidates
        self.costs = costs
        self.whole = whole
        self.features = features.of(candidates, costs)
        self.surrogate: Surrogate | PriorSurrogate = (
            Surrogate(self.features, features.parts)
            if prior is None
            else PriorSurrogate(self.features, features.parts, prior)
        )
        self._choices = space.choices
        self._row = {key_of(params, space.choices): row for row, params in enumerate(candidates)}

        self._agreeing: dict[Key, Rows] = {}

    def row(self, params: Params) -> int | None:
        """Returns the row of the candidate ``params``; None: the pool lacks it."""
        return self._row.get(key_of(params, self._choices))

    def rows(self, observation: Observation) -> Rows:
        """Returns the rows of the candidates that ``observation`` is of, (k,).

        They are its own candidate, and those that differ from it only in parameters that are not active.
        """
        active = {} if observation.active is None else observation.active.keys() & self._choices.keys()
        if not active or len(active) == len(self._choices):
            row = self.row(observation.params)
            return np.array([] if row is None else [row], dtype=np.int64)
        names = tuple(name for name in self._choices if name in active)
        key = tuple((name, observation.params[name]) for name in names)
        if key not in self._agreeing:
            agree = [all(name in one and one[name] == value for name, value in key) for one in self.candidates]
            self._agreeing[key] = np.flatnonzero(agree)
        return self._agreeing[key]


class Pools:
    """The pools of a search, one after another.

    Args:
        space: to choose from.
        costs_of: the exact costs of candidates.
        largest: of a space with more candidates a pool is a part: the tried ones, the neighbours of the best of these,
            and others spread evenly over the first cost.
        seed: of what is drawn.
        prior_of: a cheap score of candidates; None: there is none.
    """

    def __init__(
        self, space: Space, costs_of: CostsOf, *, largest: int, seed: int, prior_of: PriorOf | None = None
    ) -> None:
        self._space = space
        self._costs_of = costs_of
        self._prior_of = prior_of
        self._seed = seed
        every = space.every(largest)
        candidates = every if every is not None else self._drawn([], np.random.default_rng([seed, 0]))
        costs = costs_of(candidates)
        self._features = Features(space.choices, costs)
        self._every = every is not None
        self._base = self._made(candidates, costs, self._every)  # as it was drawn ...
        self._at = 0  # ... after so many observations
        self._added: dict[Key, Params] = {}
        self._pool = self._base

    @property
    def choices(self) -> Mapping[str, Sequence[Any]]:
        """Every parameter of the space with the values it may take."""
        return self._space.choices

    def current(self, observations: Sequence[Observation]) -> Pool:
        """Returns the pool to choose from after ``observations``.

        The pool depends on these alone, not on the pools before. It is drawn after fixed numbers of observations. The
        pool also has other candidates that are observed in between.

        Args:
            observations: all, in the order of their trials.
        """
        if self._every:
            return self._pool
        at = _drawn_at(len(observations))
        if at != self._at:
            earlier = with_estimates(observations[:at])  # as if there were no others
            candidates = self._drawn(earlier, np.random.default_rng([self._seed, at]))
            whole = len(candidates) <= len({key_of(observation.params, self._space.choices) for observation in earlier})
            if whole:  # nothing new was drawn: few are left, if any
                candidates = list(self._space.every(maxsize) or candidates)
            self._base = self._pool = self._pool_of(candidates, whole)
            self._at = at
            self._added = {}
        added = self._missed(observations)
        if added.keys() != self._added.keys():
            candidates = [*self._base.candidates, *added.values()]
            self._pool = self._pool_of(candidates, self._base.whole) if added else self._base
            self._added = added
        return self._pool

    def _pool_of(self, candidates: Sequence[Params], whole: bool) -> Pool:
        return self._made(candidates, self._costs(candidates), whole)

    def _made(self, candidates: Sequence[Params], costs: Floats, whole: bool) -> Pool:
        prior = None if self._prior_of is None else self._prior_of(candidates)
        return Pool(self._space, candidates, costs, self._features, whole, prior)

    def _costs(self, candidates: Sequence[Params]) -> Floats:
        """Returns the costs of ``candidates``, (n, 1 or 2), without counting those of the last pool again.

        In a long search nearly all candidates were in the last pool.
        """
        rows = [self._pool.row(params) for params in candidates]
        costs = np.empty((len(candidates), self._pool.costs.shape[1]))
        is_new = np.array([row is None for row in rows], dtype=bool)
        if new := [params for params, row in zip(candidates, rows, strict=True) if row is None]:
            costs[is_new] = self._costs_of(new)
        costs[~is_new] = self._pool.costs[[row for row in rows if row is not None]]
        return costs

    def exhausted(self, observations: Sequence[Observation]) -> bool:
        """Whether every candidate has been proposed, as far as the last pool shows."""
        if not self._pool.whole:
            return False
        rows = {int(row) for observation in observations for row in self._pool.rows(observation)}
        return len(rows) == len(self._pool.candidates)

    @property
    def latest(self) -> Pool:
        """The pool that :meth:`current` returned last."""
        return self._pool

    def _missed(self, observations: Sequence[Observation]) -> dict[Key, Params]:
        """Returns the candidates that were observed and are not in the pool as it was drawn."""
        missed = (observation for observation in observations if self._base.row(observation.params) is None)
        return self._keyed(observation.params for observation in missed if self._fits(observation))

    def _fits(self, observation: Observation) -> bool:
        """Whether ``observation`` is of this space; trials with other parameters, or with none yet, are not."""
        choices = self._space.choices
        return observation.params.keys() == choices.keys() and all(
            observation.params[name] in choices[name] for name in choices
        )

    def _drawn(self, observations: Sequence[Observation], rng: Generator) -> list[Params]:
        tried = [observation for observation in observations if self._fits(observation)]
        found = self._keyed(observation.params for observation in tried)
        for params in self._best(tried):
            found |= self._keyed(self._space.neighbours(params))
        fresh = self._keyed(self._space.draw(rng) for _ in range(_SURPLUS * _SIZE))
        others = [params for key, params in fresh.items() if key not in found]
        if not others:
            return list(found.values())
        remaining = max(_SIZE // 2, _SIZE - len(found))
        spread = islice(_spread(others, self._costs_of(others)[:, 0]), remaining)
        return [*found.values(), *spread]

    def _best(self, tried: Sequence[Observation]) -> Iterator[Params]:
        scored = [observation for observation in tried if observation.score is not None]
        if scored:
            costs = self._costs([observation.params for observation in scored])
            points = [(observation.score or 0.0, *cost) for observation, cost in zip(scored, costs, strict=True)]
            kept = non_dominated(points)
            yield from (observation.params for observation, keep in zip(scored, kept, strict=True) if keep)

    def _keyed(self, candidates: Iterator[Params]) -> dict[Key, Params]:
        return {key_of(params, self._space.choices): params for params in candidates}


def _drawn_at(observations: int) -> int:
    """Returns the number of observations after which the present pool was drawn."""
    at = 0
    while (following := at + max(_REFRESH, at // _REFRESH_SHARE)) <= observations:
        at = following
    return at


def _spread(candidates: Sequence[Params], costs: Floats) -> Iterator[Params]:
    """Yields ``candidates`` in an order in which those of each tenth of the range of ``costs`` take turns.

    Nearly all networks of a large space cost about the same; a front has cheap and expensive ones.
    """
    scale = np.log(costs) if costs.min() > 0 else costs
    width = np.ptp(scale) / _STRATA or 1.0
    stratum = np.minimum(((scale - scale.min()) / width).astype(int), _STRATA - 1)
    turn = np.zeros(len(candidates), dtype=int)
    for one in range(_STRATA):
        members = np.flatnonzero(stratum == one)
        turn[members] = np.arange(len(members))
    return (candidates[row] for row in np.lexsort((stratum, turn)))
