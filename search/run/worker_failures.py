"""Who is to blame for the workers that a search loses: a network, or whatever else kills workers."""

from collections import Counter
from enum import StrEnum

from search.run.failure_streaks import Trouble


class Blame(StrEnum):
    """What a lost worker says of the network that it trained."""

    RAISED = "raised"  # an exception of its own
    DIED = "died"  # without a word
    EARLY = "early"  # without a word, before it came to the network: that was not built yet
    MEMORY = "memory"  # for want of it
    OUTSIDE = "outside"  # an exception that is not of the network's doing: before it was built, or of a disk
    MACHINE = "machine"  # which went away

    @property
    def before_the_network(self) -> "Blame":
        """What such a loss says where the network was not built yet: nothing of it."""
        return {Blame.DIED: Blame.EARLY, Blame.RAISED: Blame.OUTSIDE, Blame.MEMORY: Blame.OUTSIDE}.get(self, self)


# How many such losses a trial may cost. A machine that went away says little of the network, want of memory says much.
_MOST = {Blame.RAISED: 3, Blame.DIED: 3, Blame.EARLY: 8, Blame.MEMORY: 2, Blame.OUTSIDE: 3, Blame.MACHINE: 20}
_IN_A_STORM = _MOST | {Blame.DIED: 8}
_NEVER_THE_NETWORK = {Blame.EARLY, Blame.OUTSIDE}
_DEATHS = (Blame.DIED, Blame.EARLY)
_RECENT = 10  # trials


class Losses:
    """The workers that each trial of a search has lost since it last came further.

    A trial whose workers died and that came further all the same shows that something else kills workers. Around that
    time the deaths of others say less of their networks.
    """

    def __init__(self) -> None:
        self._counts: Counter[tuple[int, Blame]] = Counter()  # by trial
        self._went_well = 0  # trials, the clock by which the rest is told
        self._first: dict[tuple[int, Blame], int] = {}  # when a trial first lost a worker so
        self._innocent_at: dict[int, int] = {}  # when a trial last came further after deaths

    def add(self, trial: int, blame: Blame) -> None:
        """A trial lost a worker."""
        self._counts[trial, blame] += 1
        self._first.setdefault((trial, blame), self._went_well)

    def came_further(self, trial: int) -> None:
        """A trial did an epoch that none of its workers had done: only want of memory still speaks against it."""
        lost = {blame for blame in Blame if self._counts[trial, blame]}
        if not lost.isdisjoint(_DEATHS):
            self._innocent_at[trial] = self._went_well
        for blame in lost - {Blame.MEMORY}:
            del self._counts[trial, blame], self._first[trial, blame]

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

    def trouble(self, trial: int) -> Trouble | None:
        """What a trial's losses come to; None: they are not too many."""
        kinds = set(self._too_many(trial))
        if not kinds:
            return None
        if kinds <= _NEVER_THE_NETWORK:
            return Trouble.OUTSIDE
        return Trouble.MEMORY if Blame.MEMORY in kinds else Trouble.LOST

    def acquit(self, trial: int) -> None:
        """Forgets the losses that are never the network's doing."""
        for blame in _NEVER_THE_NETWORK:
            self._counts.pop((trial, blame), None)
            self._first.pop((trial, blame), None)

    def others_went_well(self, trial: int) -> bool:
        """Whether another trial went well since this one began to lose more workers than it may."""
        return any(self._went_well > self._first[trial, blame] for blame in self._too_many(trial))

    def _too_many(self, trial: int) -> list[Blame]:
        """The kinds of loss that a trial has had too often."""
        telling = [(trial, blame) for blame in Blame if blame is not Blame.MACHINE]
        since = min((self._first[loss] for loss in telling if loss in self._first), default=self._went_well)
        storm = any(other != trial and at >= since - _RECENT for other, at in self._innocent_at.items())
        most = _IN_A_STORM if storm else _MOST
        return [blame for blame in Blame if self._counts[trial, blame] >= most[blame]]
