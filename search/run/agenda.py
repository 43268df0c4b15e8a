"""What is trained next: a plain network to compare with, a further seed of a network in doubt, or a proposal."""

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
        asked: how many trials it shall have.

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
        """The network and seed that are due whatever is proposed; None: there are none now.

        Args:
            ended, under_way: the trials so far.
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
        """The network and seed to train next, as for :meth:`due`; None: nothing is to be started now."""
        due = self.due(ended, under_way, settled=settled)
        if due is not None or settled or self.exhausted:
            return due
        proposed = self._proposer.propose()
        if proposed is None:
            self.exhausted = True
            return self.due(ended, under_way, settled=settled)
        return proposed, self._spec.search.seed

    def begin(self, trial: TrialRecord) -> None:
        """Takes in that ``trial``, whose number is the next one, has begun."""
        self._proposer.begin(trial.number, trial.candidate)

    def tell(self, number: int, result: TrialResult) -> None:
        """Takes in what became of a trial."""
        self._proposer.tell(number, result)

    def may_stop(self, candidate: Candidate) -> bool:
        """Whether a training of ``candidate`` may end early: not a baseline's, for what is won is read at its end."""
        return candidate not in self._baselines

    def pool_state(self) -> PoolState:
        """What the trials that ended say of every network; see :meth:`Proposer.pool_state`."""
        return self._proposer.pool_state()
