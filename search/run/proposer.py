"""Proposes the next network, from the results of the ones before."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from search.analysis.observations import chooser_of, comparable_observations, observation_of
from search.optimize.candidates import SpaceExhaustedError
from search.optimize.observation import Observation
from search.optimize.pool import Pool
from search.optimize.pool_state import PoolState
from search.run.optuna_proposals import OptunaProposals
from search.study.spec import StudySpec
from search.study.trial import TrialResult
from spaces import FLOPS, Candidate, Encoding
from spaces.network_space import NetworkSpace


class Proposer:
    """A sampler and what it has learnt, in memory: made again from the record on a resume.

    A proposal depends on the seed, the number of trials and their results, not on when this object was made.

    Args:
        spec: the search.
        encoding: of the search space.
    """

    def __init__(self, spec: StudySpec, encoding: Encoding) -> None:
        self._encoding = encoding
        self._minimised = tuple(spec.reference.costs)
        self._space = NetworkSpace(encoding, self._minimised)
        # Whatever proposes: this one can also say what is known.
        self._chooser = chooser_of(encoding, spec)
        sampler, costs, seed = spec.search.sampler, len(spec.reference.costs), spec.search.seed
        self._optuna = None if sampler == "known_cost" else OptunaProposals(sampler, encoding, costs, seed)
        self._as_scored: list[Observation] = []  # by the trials' numbers
        self._networks: list[Candidate] = []  # likewise
        self._folds: list[int | None] = []  # likewise, their numbers
        self._costs: list[tuple[float, ...]] = []  # likewise, those that are objectives
        self._exhausted = False

    def propose(self) -> Candidate | None:
        """Returns a network within the budgets that was never proposed before; None: there are no more.

        The network counts as proposed from :meth:`begin` on.
        """
        if self._exhausted:
            return None
        if self._optuna is None:
            params = self._chooser.propose(self._observations, len(self._as_scored))
        else:
            try:
                params = self._optuna.propose()
            except SpaceExhaustedError:
                params = None
        if params is None:
            self._exhausted, self._optuna = True, None
            return None
        return self._space.network(params)

    def propose_within(self, most_flops: float) -> Candidate | None:
        """Returns a network of at most ``most_flops`` FLOPs that was never proposed before; None: there is none.

        Whichever sampler proposes, the surrogate chooses the network, which counts as proposed from :meth:`begin` on.
        """
        pool_state = self._chooser.pool_state(self._observations)
        open_rows = np.flatnonzero(~pool_state.tried & (self._flops_of(pool_state.pool) <= most_flops))
        if not len(open_rows):
            return None
        return self._space.network(self._chooser.choose(pool_state, open_rows, len(self._as_scored)))

    def _flops_of(self, pool: Pool) -> NDArray[np.float64]:
        """Returns the FLOPs of all networks of ``pool``, (n,)."""
        if FLOPS.name in self._minimised:
            return pool.costs[:, self._minimised.index(FLOPS.name)]
        networks = [self._space.network(params) for params in pool.candidates]
        return self._encoding.space.cost_table.count(networks)[FLOPS.name].astype(np.float64)

    @property
    def _observations(self) -> Sequence[Observation]:
        """The observations of the trials, by trial number."""
        return comparable_observations(self._as_scored, self._folds, self._networks, self._costs)

    def begin(self, number: int, candidate: Candidate, fold: int | None = None) -> None:
        """Notes that a trial has begun.

        Args:
            number: of the trial; the next one.
            candidate: its network, as proposed here, or one that is trained once more.
            fold: the number of the one that it leaves out; None: the search has no folds.
        """
        assert number == len(self._as_scored), f"expected trial {len(self._as_scored)}, got {number}"
        params = self._encoding.encode(candidate)
        self._as_scored.append(observation_of(params, None))
        self._networks.append(candidate)
        self._folds.append(fold)
        self._costs.append(tuple(self._space.costs([params])[0].tolist()) if fold is not None else ())
        if self._optuna is not None:
            self._optuna.begin(number, params)

    def tell(self, number: int, result: TrialResult) -> None:
        """Learns the result of a trial.

        Args:
            number: of a trial that has begun.
            result: a value, a failure, or why the trial was stopped.
        """
        params = self._as_scored[number].params
        self._as_scored[number] = observation_of(params, result)
        if self._optuna is None:
            return
        costs = self._space.costs([params])[0].tolist()
        if result.stopped is not None:
            self._optuna.stop(number)
        elif result.value is None:
            self._optuna.fail(number, costs)
        else:
            self._optuna.complete(number, [result.value, *costs])

    def pool_state(self) -> PoolState:
        """Returns what the ended trials show about every network, tried or not, with any sampler."""
        return self._chooser.pool_state(self._observations, ended=True)
