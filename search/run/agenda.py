"""The next training: a plain network to compare with, a further seed of a network in doubt, or a proposal."""

from collections.abc import Sequence

from search.optimize.pool_state import PoolState
from search.run.baseline_order import BaselineOrder
from search.run.proposer import Proposer
from search.run.replicates import further_seed
from search.study.spec import StudySpec
from search.study.trial import TrialRecord, TrialResult
from spaces import Candidate, Encoding


class Agenda:
    """The order of a search's trainings.

    Args:
        spec, encoding: of the search.
        asked: how many trials the search shall have, those included that it takes over.

    Attributes:
        exhausted: whether the sampler has proposed every network within the budgets.
    """

    def __init__(self, spec: StudySpec, encoding: Encoding, asked: int) -> None:
        self._spec = spec
        self._asked = asked
        self._baselines = BaselineOrder(spec)
        self._proposer = Proposer(spec, encoding)
        self.exhausted = False

    def due(
        self, ended: Sequence[TrialRecord], under_way: Sequence[TrialRecord], *, settled: bool
    ) -> tuple[Candidate, int] | None:
        """Returns the network and seed to train before any proposal; None: there is none now.

        Args:
            ended: the trials that have ended.
            under_way: the trials that have begun and not ended.
            settled: whether no further network need be tried.
        """
        begun = (*ended, *under_way)
        own = self._asked - sum(trial.origin is not None for trial in begun)
        if baselines := self._baselines.left(begun, own):
            return baselines[0], self._spec.search.seed
        return further_seed(ended, under_way, self._spec, self._asked, over=settled or self.exhausted)

    def next(
        self, ended: Sequence[TrialRecord], under_way: Sequence[TrialRecord], *, settled: bool
    ) -> tuple[Candidate, int] | None:
        """Returns the network and seed to train next; None: nothing is to be started now.

        Args:
            ended: the trials that have ended.
            under_way: the trials that have begun and not ended.
            settled: whether no further network need be tried.
        """
        due = self.due(ended, under_way, settled=settled)
        if due is not None or settled or self.exhausted:
            return due
        proposed = self._proposer.propose()
        if proposed is None:
            self.exhausted = True
            return self.due(ended, under_way, settled=settled)
        return proposed, self._spec.search.seed

    def begin(self, trial: TrialRecord) -> None:
        """Notes that ``trial``, whose number is the next one, has begun."""
        self._proposer.begin(trial.number, trial.candidate)

    def tell(self, number: int, result: TrialResult) -> None:
        """Learns the result of a trial.

        Args:
            number: of a trial that has begun.
            result: a value, a failure, or why the trial was stopped.
        """
        self._proposer.tell(number, result)

    def may_stop(self, candidate: Candidate) -> bool:
        """Whether a training of ``candidate`` may end early; a baseline's may not, since gains are read at its end."""
        return candidate not in self._baselines

    def pool_state(self) -> PoolState:
        """Returns what the ended trials say of every network; see :meth:`Proposer.pool_state`."""
        return self._proposer.pool_state()
