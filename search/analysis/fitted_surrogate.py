"""A search's surrogate after its trials, which also covers networks that were never trained."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from random import Random

import numpy as np
from numpy.typing import NDArray

from search.analysis.observations import chooser_of, comparable_observations, observation_of
from search.optimize.pool_state import PoolState
from search.optimize.surrogate import Posterior
from search.study.spec import StudySpec
from search.study.trial import Status, TrialRecord
from spaces import Candidate, Encoding, SearchSpace


@dataclass(frozen=True)
class FittedSurrogate:
    """A search's surrogate after its trials, by networks. Of a space too large to consider whole, it covers a part.

    Attributes:
        pool_state: by row.
    """

    pool_state: PoolState
    _encoding: Encoding

    @classmethod
    def of(cls, spec: StudySpec, trials: Iterable[TrialRecord]) -> "FittedSurrogate":
        """Fits the surrogate to the ended ones of the trials.

        Args:
            spec: the search that the trials are of.
            trials: whatever became of them. Their order counts: the first trials set the scale, the latest are never
                left out.
        """
        encoding = Encoding(spec.search_space)
        done = [trial for trial in trials if trial.status is not Status.RUNNING and trial.result is not None]
        observations = comparable_observations(
            [observation_of(encoding.encode(trial.candidate), trial.result) for trial in done],
            [trial.fold for trial in done],
            [trial.candidate for trial in done],
            [trial.minimised_costs for trial in done],
        )
        chooser = chooser_of(encoding, spec)
        return cls(chooser.pool_state(observations), encoding)

    @property
    def space(self) -> SearchSpace:
        """The search space."""
        return self._encoding.space

    @property
    def posterior(self) -> Posterior | None:
        """The posterior of every row's accuracy; None as long as too few networks have a score."""
        return self.pool_state.posterior

    def network(self, row: int) -> Candidate:
        """Returns the network of a row."""
        return self._encoding.decode(self.pool_state.pool.candidates[row], Random(0))

    def row(self, candidate: Candidate) -> int | None:
        """Returns the row of a network; None: the network is not in the pool."""
        return self.pool_state.pool.row(self._encoding.encode(candidate))

    @cached_property
    def costs(self) -> dict[str, NDArray[np.int64]]:
        """Every known cost of each row, objective or not, by name: (n,) each."""
        networks = [self.network(row) for row in range(len(self.pool_state.pool.candidates))]
        return self.space.cost_table.count(networks)

    def draw(self, rows: NDArray[np.int64], count: int) -> NDArray[np.float64]:
        """Draws accuracies of networks together from the posterior, (count, k); the same in each call.

        Args:
            rows: of the networks, (k,).
            count: how many draws.
        """
        return self.pool_state.pool.surrogate.draw(rows, count, np.random.default_rng(0))
