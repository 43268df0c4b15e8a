"""Proposes the next network, from what came of the ones before."""

from search.analysis.observations import chooser_of, observation_of
from search.optimize.candidates import SpaceExhaustedError
from search.optimize.observation import Observation
from search.optimize.pool_state import PoolState
from search.run.optuna_proposals import OptunaProposals
from search.study.spec import StudySpec
from search.study.trial import TrialResult
from spaces import Candidate, Encoding
from spaces.network_space import NetworkSpace


class Proposer:
    """A sampler and what it has learnt, in memory: made again from the record on a resume.

    A proposal depends on the seed, on how many trials there are, and on their results: not on when this was made.

    Args:
        spec: of the search.
        encoding: of its space.
    """

    def __init__(self, spec: StudySpec, encoding: Encoding) -> None:
        self._encoding = encoding
        self._space = NetworkSpace(encoding, tuple(spec.reference.costs))
        # Whatever proposes: this one can also say what is known.
        self._chooser = chooser_of(encoding, spec)
        sampler, costs, seed = spec.search.sampler, len(spec.reference.costs), spec.search.seed
        self._optuna = None if sampler == "known_cost" else OptunaProposals(sampler, encoding, costs, seed)
        self._observations: list[Observation] = []  # by the trials' numbers
        self._exhausted = False

    def propose(self) -> Candidate | None:
        """A network within the budgets that was never proposed before; None when there are no more.

        It counts from :meth:`begin` on.
        """
        if self._exhausted:
            return None
        if self._optuna is None:
            params = self._chooser.propose(self._observations, len(self._observations))
        else:
            try:
                params = self._optuna.propose()
            except SpaceExhaustedError:
                params = None
        if params is None:
            self._exhausted, self._optuna = True, None
            return None
        return self._space.network(params)

    def begin(self, number: int, candidate: Candidate) -> None:
        """Takes in that trial ``number``, the next one, trains ``candidate``: as proposed here, or once more."""
        assert number == len(self._observations), f"expected trial {len(self._observations)}, got {number}"
        params = self._encoding.encode(candidate)
        self._observations.append(observation_of(params, None))
        if self._optuna is not None:
            self._optuna.begin(number, params)

    def tell(self, number: int, result: TrialResult) -> None:
        """Takes in what became of a trial."""
        params = self._observations[number].params
        self._observations[number] = observation_of(params, result)
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
        """What the trials that ended say of every network, tried or not; whichever sampler proposes."""
        return self._chooser.pool_state(self._observations, ended=True)
