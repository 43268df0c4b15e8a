"""Who is to blame for the workers that a search loses: a network, or whatever else kills workers."""

from collections import Counter
from enum import StrEnum

from search.run.failure_streaks import FailureKind


class FailureCause(StrEnum):
    """What a lost worker says of the network that it trained."""

    RAISED = "raised"  # an exception of its own
    DIED = "died"  # without a word
    EARLY = "early"  # without a word, before it came to the network: that was not built yet
    MEMORY = "memory"  # for want of it
    OUTSIDE = "outside"  # an exception that is not of the network's doing: before it was built, or of a disk
    MACHINE = "machine"  # which went away

    @property
    def before_the_network(self) -> "FailureCause":
        """What such a failure says where the network was not built yet: nothing of it."""
        return {
            FailureCause.DIED: FailureCause.EARLY,
            FailureCause.RAISED: FailureCause.OUTSIDE,
            FailureCause.MEMORY: FailureCause.OUTSIDE,
        }.get(self, self)


# How many such losses a trial may cost. A machine that went away says little of the network, want of memory says much.
_MOST = {
    FailureCause.RAISED: 3,
    FailureCause.DIED: 3,
    FailureCause.EARLY: 8,
    FailureCause.MEMORY: 2,
    FailureCause.OUTSIDE: 3,
    FailureCause.MACHINE: 20,
}
_IN_A_STORM = _MOST | {FailureCause.DIED: 8}
_NEVER_THE_NETWORK = {FailureCause.EARLY, FailureCause.OUTSIDE}
_DEATHS = (FailureCause.DIED, FailureCause.EARLY)
_RECENT = 10  # trials


class WorkerFailures:
    """The workers that each trial of a search has lost since it last came further.

    A trial whose workers died and that came further all the same shows that something else kills workers. Around that
    time the deaths of others say less of their networks.
    """

    def __init__(self) -> None:
        self._counts: Counter[tuple[int, FailureCause]] = Counter()  # by trial
        self._went_well = 0  # trials, the clock by which the rest is told
        self._first: dict[tuple[int, FailureCause], int] = {}  # when a trial first lost a worker so
        self._cleared_at: dict[int, int] = {}  # when a trial last came further after deaths

    def add(self, trial: int, cause: FailureCause) -> None:
        """A trial lost a worker."""
        self._counts[trial, cause] += 1
        self._first.setdefault((trial, cause), self._went_well)

    def came_further(self, trial: int) -> None:
        """A trial did an epoch that none of its workers had done: only want of memory still speaks against it."""
        lost = {cause for cause in FailureCause if self._counts[trial, cause]}
        if not lost.isdisjoint(_DEATHS):
            self._cleared_at[trial] = self._went_well
        for cause in lost - {FailureCause.MEMORY}:
            del self._counts[trial, cause], self._first[trial, cause]

    def went_well(self) -> None:
        """A trial came to its end, or to a rung that ends it: the machines work."""
        self._went_well += 1

    @property
    def machines_work(self) -> bool:
        """Whether any trial of this run went well, also in an earlier launch."""
        return self._went_well > 0

    def too_many(self, trial: int) -> bool:
        """Whether a trial has cost as many workers as it may."""
        return bool(self._too_many(trial))

    def failure_kind(self, trial: int) -> FailureKind | None:
        """What a trial's losses come to; None: they are not too many."""
        kinds = set(self._too_many(trial))
        if not kinds:
            return None
        if kinds <= _NEVER_THE_NETWORK:
            return FailureKind.OUTSIDE
        return FailureKind.MEMORY if FailureCause.MEMORY in kinds else FailureKind.LOST

    def clear(self, trial: int) -> None:
        """Forgets the losses that are never the network's doing."""
        for cause in _NEVER_THE_NETWORK:
            self._counts.pop((trial, cause), None)
            self._first.pop((trial, cause), None)

    def others_went_well(self, trial: int) -> bool:
        """Whether another trial went well since this one began to lose more workers than it may."""
        return any(self._went_well > self._first[trial, cause] for cause in self._too_many(trial))

    def _too_many(self, trial: int) -> list[FailureCause]:
        """The causes of which a trial has had too many failures."""
        telling = [(trial, cause) for cause in FailureCause if cause is not FailureCause.MACHINE]
        since = min((self._first[failure] for failure in telling if failure in self._first), default=self._went_well)
        storm = any(other != trial and at >= since - _RECENT for other, at in self._cleared_at.items())
        most = _IN_A_STORM if storm else _MOST
        return [cause for cause in FailureCause if self._counts[trial, cause] >= most[cause]]
