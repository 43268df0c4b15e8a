"""The next training: a plain network to compare with, a further seed of a network in doubt, or a proposal."""

from collections.abc import Sequence
from math import inf

from search.optimize.pool_state import PoolState
from search.run.baseline_order import BaselineOrder
from search.run.proposer import Proposer
from search.run.replicates import further_seed, most_uncertain
from search.run.time_budget import TimeBudget, within
from search.study.spec import StudySpec
from search.study.trial import TrialRecord, TrialResult
from spaces import Candidate, Encoding


class Agenda:
    """The order of a search's trainings.

    Args:
        spec, encoding: of the search.
        asked: the requested number of trials, including reused ones; inf: no number limits the search.
        time: the time that the search has.

    Attributes:
        exhausted: whether the sampler has proposed every network within the budgets.
    """

    def __init__(self, spec: StudySpec, encoding: Encoding, asked: float, time: TimeBudget) -> None:
        self._spec = spec
        self._asked = asked
        self._time = time
        self._baselines = BaselineOrder(spec)
        self._proposer = Proposer(spec, encoding)
        self.exhausted = False

    def due(
        self,
        ended: Sequence[TrialRecord],
        under_way: Sequence[TrialRecord],
        *,
        settled: bool,
        most_flops: float = inf,
    ) -> tuple[Candidate, int] | None:
        """Returns the network and seed to train before any proposal; None: there is none now.

        Args:
            ended: the trials that have ended.
            under_way: the trials that have begun and not ended.
            settled: whether no further network need be tried.
            most_flops: FLOPs of the most expensive network that may be returned.
        """
        begun, spec = (*ended, *under_way), self._spec
        asked = int(min(self._asked, self._time.expected_trials(len(begun))))
        own = asked - sum(trial.origin is not None for trial in begun)
        for baseline in self._baselines.left(begun, own):
            if within(spec, baseline, most_flops):
                return baseline, spec.search.seed
        return further_seed(ended, under_way, spec, asked, over=settled or self.exhausted, most_flops=most_flops)

    def next(
        self, ended: Sequence[TrialRecord], under_way: Sequence[TrialRecord], *, settled: bool
    ) -> tuple[Candidate, int] | None:
        """Returns the network and seed to train next; None: nothing is to be started now.

        Only trainings that would end in time are started. If the training of a proposal would not, the search trains a
        further seed of the network most in doubt instead, or a cheaper network if no network is in doubt.

        Args:
            ended: the trials that have ended.
            under_way: the trials that have begun and not ended.
            settled: whether no further network need be tried.
        """
        most_flops = self._time.most_flops
        chosen = self._next_within(most_flops, ended, under_way, settled=settled) if most_flops > 0 else None
        if chosen is None and self._time.hours is not None:
            over = settled or self.exhausted
            self._time.nothing_fits = not over or self.due(ended, under_way, settled=settled) is not None
        return chosen

    def _next_within(
        self, most_flops: float, ended: Sequence[TrialRecord], under_way: Sequence[TrialRecord], *, settled: bool
    ) -> tuple[Candidate, int] | None:
        due = self.due(ended, under_way, settled=settled, most_flops=most_flops)
        if due is not None or settled or self.exhausted:
            return due
        proposed = self._proposer.propose()
        if proposed is None:
            self.exhausted = True
            return self.due(ended, under_way, settled=settled, most_flops=most_flops)
        if within(self._spec, proposed, most_flops):
            return proposed, self._spec.search.seed
        again = most_uncertain(ended, under_way, self._spec, most_flops) if self._spec.search.confirm else None
        cheaper = self._proposer.propose_within(most_flops) if again is None else None
        return again if cheaper is None else (cheaper, self._spec.search.seed)

    def begin(self, trial: TrialRecord) -> None:
        """Notes that ``trial``, whose number is the next one, has begun."""
        self._proposer.begin(trial.number, trial.candidate, trial.fold)

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
