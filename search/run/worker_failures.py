"""The cause of the worker failures of a search: a network, or something else."""

from collections import Counter
from enum import StrEnum

from search.run.failure_streaks import FailureKind


class FailureCause(StrEnum):
    """The cause of the end of a worker, which shows whether the network of the worker may be at fault."""

    RAISED = "raised"  # the training raised an exception
    DIED = "died"  # the worker ended without an exception
    EARLY = "early"  # like DIED, but before the network was built
    MEMORY = "memory"  # the worker ran out of memory
    OUTSIDE = "outside"  # an exception before the network was built, or one of the disk
    MACHINE = "machine"  # the machine left the cluster

    @property
    def before_the_network(self) -> "FailureCause":
        """The cause to count instead if the failure came before the network was built."""
        return {
            FailureCause.DIED: FailureCause.EARLY,
            FailureCause.RAISED: FailureCause.OUTSIDE,
            FailureCause.MEMORY: FailureCause.OUTSIDE,
        }.get(self, self)


# How many such failures a trial may have. The network is rarely the cause if a machine leaves the
# cluster, and often the cause if memory runs out.
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
    """The worker failures of each trial of a search since its last progress.

    If workers of a trial died and the trial still progressed, something other than its network kills workers. The
    deaths of other workers around that time then count less against their networks.
    """

    def __init__(self) -> None:
        self._counts: Counter[tuple[int, FailureCause]] = Counter()  # by trial
        self._successes = 0  # trials so far; they serve as the clock of this class
        self._first: dict[tuple[int, FailureCause], int] = {}  # when a trial first lost a worker so
        self._cleared_at: dict[int, int] = {}  # when a trial last progressed after deaths

    def add(self, trial: int, cause: FailureCause) -> None:
        """Notes that a trial lost a worker.

        Args:
            trial: its number.
            cause: why the worker ended.
        """
        self._counts[trial, cause] += 1
        self._first.setdefault((trial, cause), self._successes)

    def record_progress(self, trial: int) -> None:
        """Notes a new epoch of a trial: of its failures, only those for lack of memory still count."""
        lost = {cause for cause in FailureCause if self._counts[trial, cause]}
        if not lost.isdisjoint(_DEATHS):
            self._cleared_at[trial] = self._successes
        for cause in lost - {FailureCause.MEMORY}:
            del self._counts[trial, cause], self._first[trial, cause]

    def record_success(self) -> None:
        """Notes that a trial ended without a failure, or at a rung: the machines work."""
        self._successes += 1

    @property
    def machines_work(self) -> bool:
        """Whether any trial of this run succeeded, also in an earlier launch."""
        return self._successes > 0

    def too_many(self, trial: int) -> bool:
        """Whether a trial has lost as many workers as it may."""
        return bool(self._too_many(trial))

    def failure_kind(self, trial: int) -> FailureKind | None:
        """Returns the kind of a trial's worker failures; None: they are not too many."""
        kinds = set(self._too_many(trial))
        if not kinds:
            return None
        if kinds <= _NEVER_THE_NETWORK:
            return FailureKind.OUTSIDE
        return FailureKind.MEMORY if FailureCause.MEMORY in kinds else FailureKind.LOST

    def clear(self, trial: int) -> None:
        """Forgets the failures of a trial that a network never causes."""
        for cause in _NEVER_THE_NETWORK:
            self._counts.pop((trial, cause), None)
            self._first.pop((trial, cause), None)

    def others_succeeded(self, trial: int) -> bool:
        """Whether another trial succeeded since the first failure of a kind of which this trial has too many."""
        return any(self._successes > self._first[trial, cause] for cause in self._too_many(trial))

    def _too_many(self, trial: int) -> list[FailureCause]:
        """Returns the causes of which a trial has had too many failures."""
        telling = [(trial, cause) for cause in FailureCause if cause is not FailureCause.MACHINE]
        since = min((self._first[failure] for failure in telling if failure in self._first), default=self._successes)
        storm = any(other != trial and at >= since - _RECENT for other, at in self._cleared_at.items())
        most = _IN_A_STORM if storm else _MOST
        return [cause for cause in FailureCause if self._counts[trial, cause] >= most[cause]]
