"""How far a search is, computed from its trials; the terminal and the log show it."""

from collections import Counter
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from time import monotonic
from typing import Self

from pipelines.training.epoch import Epoch
from search.analysis.front import Front
from search.analysis.trial_limit import most_trials
from search.optimize.hypervolume_gap import HypervolumeGap
from search.study.spec import StudySpec
from search.study.trial import Status, TrialRecord

_STEPS = (0.25, 0.5, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """The most accurate network within a limit, if any: at most so much of a cost, and the ``limit`` in words."""

    limit: str
    cost: str
    most: float
    trial: TrialRecord | None


@dataclass(kw_only=True)
class Progress:
    """The state of a search.

    Attributes:
        spec: what was asked for.
        trials: how many there shall be.
        ended: those that are over.
        running: those that are not, with their last epoch.
    """

    spec: StudySpec
    trials: int
    ended: list[TrialRecord]
    running: dict[int, tuple[TrialRecord, Epoch | None]] = field(default_factory=dict)
    _before: int = 0
    _front: Front = field(default_factory=Front)
    _count: Counter[Status] = field(default_factory=Counter)
    _remaining: HypervolumeGap | None = None
    _start: float = field(default_factory=monotonic)

    def __post_init__(self) -> None:
        self._before = len(self.ended)
        self._front = Front(self.ended)
        for trial in self.ended:
            self._note(trial)

    def copy(self) -> Self:
        """The same state, which goes its own way from here."""
        twin = copy(self)
        twin.ended, twin.running = list(self.ended), dict(self.running)
        twin._front, twin._count = self._front.copy(), Counter(self._count)
        return twin

    def started(self, trial: TrialRecord) -> None:
        """A trial began."""
        self.running[trial.number] = (trial, None)

    def epoch(self, trial: TrialRecord, epoch: Epoch) -> None:
        """A running trial finished an epoch."""
        self.running[trial.number] = (trial, epoch)

    def lost(self, trial: TrialRecord) -> None:
        """A running trial's worker died; it may start again."""
        self.running.pop(trial.number, None)

    def end(self, trial: TrialRecord) -> None:
        """A running trial is over."""
        self.running.pop(trial.number, None)
        self.ended.append(trial)
        self._front.add(trial)
        self._note(trial)

    @property
    def failed(self) -> int:
        """Trials whose network can't be trained."""
        return self._count[Status.FAILED]

    @property
    def stopped(self) -> int:
        """Trials that were ended early."""
        return self._count[Status.STOPPED]

    @property
    def remaining(self) -> HypervolumeGap | None:
        """What untried networks could still add, by the last estimate there is."""
        return self._remaining

    @property
    def hypervolume(self) -> float:
        """Of the front so far; see ``spec.reference``."""
        return self._front.hypervolume(self.spec.reference)

    @property
    def seconds_left(self) -> float | None:
        """At the pace since this launch; None before its first trial is over."""
        done = len(self.ended) - self._before
        if not done:
            return None
        return (monotonic() - self._start) / done * max(0, self.at_most - len(self.ended))

    @property
    def at_most(self) -> int:
        """How many trials there can be: fewer than were asked for, where the space has too few networks."""
        return most_trials(self.spec, self.trials, [trial for trial in self.ended if trial.origin is not None])

    @property
    def elapsed(self) -> float:
        """Seconds since this launch."""
        return monotonic() - self._start

    @property
    def front(self) -> list[TrialRecord]:
        """The networks that no other beats so far."""
        return self._front.members(self.spec.search.cost_epsilon)

    def on_front(self, trial: TrialRecord) -> bool:
        """Whether no other network beats that of ``trial`` so far."""
        return any(member.arch == trial.arch for member in self.front)

    def best(self) -> list[Best]:
        """The best network within each budget, and within parts of what networks may cost."""
        return best_within(self._front.members(), [self.spec])

    def _note(self, trial: TrialRecord) -> None:
        self._count[trial.status] += 1
        if trial.result is not None and trial.result.remaining is not None:
            self._remaining = trial.result.remaining


def best_within(networks: Sequence[TrialRecord], searches: Sequence[StudySpec]) -> list[Best]:
    """The best of ``networks`` within each budget as the user set it, then within parts of what networks may cost.

    Of several searches the widest budget counts. Where no budget is set, all of a cost is what the most expensive
    network has.
    """
    budgets: list[Best] = []
    parts: list[Best] = []
    for cost in searches[0].known_costs:
        set_by_user = [spec.budgets.limits.get(cost.name) for spec in searches]
        most = max(budget or spec.limits[cost.name] for spec, budget in zip(searches, set_by_user, strict=True))
        for share in _STEPS:
            limit = most * share
            within = [trial for trial in networks if trial.costs[cost.name] <= limit]
            best = min(within, key=lambda trial: (-trial.value, *trial.cost_order), default=None)
            rows = budgets if share == 1 and any(set_by_user) else parts
            rows.append(Best(limit=f"{cost.format(limit)} {cost.label}", cost=cost.name, most=limit, trial=best))
    return budgets + parts


def without_budget(spec: StudySpec) -> str | None:
    """What :func:`best_within` takes as a limit where no budget was set, in words; None: all were set."""
    free = [cost.label for cost in spec.known_costs if cost.name not in spec.budgets.limits]
    if not free:
        return None
    return f"Without a budget on {' and '.join(free)}, the last limit is the cost of the most expensive network"
