"""The progress of a search, computed from its trials; the terminal and the log show it."""

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
    """The most accurate network within a limit: at most ``most`` of a cost; ``limit`` says so in words.

    ``repeats``: every network is within the limit, so that the largest limit on this cost allows no more.
    """

    limit: str
    cost: str
    most: float
    trial: TrialRecord | None
    repeats: bool


@dataclass(kw_only=True)
class Progress:
    """The state of a search.

    Attributes:
        spec: the search.
        trials: the number of trials requested; None: no number limits the search.
        ended: the trials that have ended, in that order.
        running: by number, the trials that run, each with its last epoch; None: no epoch is known.
        hours: limit on the running time, over all launches; None: there is none.
        seconds_run: the time for which the search had run when this launch began.
    """

    spec: StudySpec
    trials: int | None
    ended: list[TrialRecord]
    running: dict[int, tuple[TrialRecord, Epoch | None]] = field(default_factory=dict)
    hours: float | None = None
    seconds_run: float = 0.0
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
        """Returns the same state; later changes to one do not change the other."""
        twin = copy(self)
        twin.ended, twin.running = list(self.ended), dict(self.running)
        twin._front, twin._count = self._front.copy(), Counter(self._count)
        return twin

    def started(self, trial: TrialRecord) -> None:
        """Adds a trial that has begun."""
        self.running[trial.number] = (trial, None)

    def epoch(self, trial: TrialRecord, epoch: Epoch) -> None:
        """Takes in that a running trial has finished an epoch.

        Args:
            trial: the running trial.
            epoch: the latest that it finished.
        """
        self.running[trial.number] = (trial, epoch)

    def lost(self, trial: TrialRecord) -> None:
        """Removes a running trial whose worker died; it may start again."""
        self.running.pop(trial.number, None)

    def end(self, trial: TrialRecord) -> None:
        """Takes in a trial that has ended."""
        self.running.pop(trial.number, None)
        self.ended.append(trial)
        self._front.add(trial)
        self._note(trial)

    @property
    def failed(self) -> int:
        """The number of trials whose network can't be trained."""
        return self._count[Status.FAILED]

    @property
    def stopped(self) -> int:
        """The number of trials that were ended early."""
        return self._count[Status.STOPPED]

    @property
    def remaining(self) -> HypervolumeGap | None:
        """The hypervolume that untried networks could still add, by the latest estimate; None: there is none."""
        return self._remaining

    @property
    def hypervolume(self) -> float:
        """The hypervolume of the front so far; see ``spec.reference``."""
        return self._front.hypervolume(self.spec.reference)

    @property
    def seconds_left(self) -> float | None:
        """The seconds left at the pace since this launch, and until the limit of time; None: neither is known."""
        done, at_most = len(self.ended) - self._before, self.at_most
        known = []
        if done and at_most is not None:
            known.append((monotonic() - self._start) / done * max(0, at_most - len(self.ended)))
        if self.hours is not None:
            known.append(max(0.0, self.hours * 3600 - self.seconds_run - self.elapsed))
        return min(known, default=None)

    @property
    def share_done(self) -> float:
        """The share of the search that is done, from 0 to 1: of its trials or of its time, whichever is larger."""
        at_most = self.at_most  # walks all trials that have ended
        shares = [0.0 if at_most is None else len(self.ended) / max(1, at_most)]
        if self.hours is not None:
            shares.append((self.seconds_run + self.elapsed) / (self.hours * 3600))
        return min(1.0, max(shares))

    @property
    def at_most(self) -> int | None:
        """The number of trials that there can be: fewer than requested where the space has too few networks.

        None: no number is requested, and the networks are too many to count.
        """
        return most_trials(self.spec, self.trials, [trial for trial in self.ended if trial.origin is not None])

    @property
    def elapsed(self) -> float:
        """Seconds since this launch."""
        return monotonic() - self._start

    @property
    def front(self) -> list[TrialRecord]:
        """The networks that no other beats so far, cheapest first."""
        return self._front.members(self.spec.search.cost_epsilon)

    def on_front(self, trial: TrialRecord) -> bool:
        """Whether the front so far has the architecture of ``trial``."""
        return any(member.arch == trial.arch for member in self.front)

    def best(self) -> list[Best]:
        """Returns the best network within each budget, and within parts of the costs that networks may have.

        A part that no network exceeds is left out.
        """
        return [row for row in best_within(self._front.members(), [self.spec]) if not row.repeats]

    def _note(self, trial: TrialRecord) -> None:
        self._count[trial.status] += 1
        if trial.result is not None and trial.result.remaining is not None:
            self._remaining = trial.result.remaining


def best_within(networks: Sequence[TrialRecord], searches: Sequence[StudySpec]) -> list[Best]:
    """Returns the best network within each budget that a user set, then within parts of what networks may cost.

    The parts are a quarter, a half and all of a cost. All of a cost is its budget; without a budget it is the cost of
    the most expensive network. Of several searches, the widest counts.

    Args:
        networks: with a value each, such as :func:`~search.analysis.front.complete` returns.
        searches: with the same known costs; at least one.
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
            name = f"{cost.format(limit)} {cost.label}"
            repeats = share < 1 and len(within) == len(networks)
            rows.append(Best(limit=name, cost=cost.name, most=limit, trial=best, repeats=repeats))
    return budgets + parts


def without_budget(spec: StudySpec) -> str | None:
    """Returns in words the limit that :func:`best_within` uses for a cost without a budget; None: all have one."""
    free = [cost.label for cost in spec.known_costs if cost.name not in spec.budgets.limits]
    if not free:
        return None
    return f"Without a budget on {' and '.join(free)}, the last limit is the cost of the most expensive network"
