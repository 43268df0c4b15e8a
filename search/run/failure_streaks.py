"""Trials that come to nothing one after the other: then something else than their networks is the cause."""

from collections.abc import Sequence
from enum import StrEnum
from itertools import groupby

from pipelines.training.divergence import DivergedError


class FailureKind(StrEnum):
    """How a trial comes to nothing."""

    FAILED = "failed alike"
    MEMORY = "ran out of memory"
    LOST = "lost worker after worker, and no other trial went well meanwhile"
    OUTSIDE = "lost worker after worker for reasons outside the network"


# How many trials in a row come to nothing before the search stops. A failed training and a lack of memory cost a trial
# little and can be the network's own, so chance alone must not end a search that has good networks.
_MOST = {FailureKind.FAILED: 5, FailureKind.MEMORY: 5, FailureKind.LOST: 3, FailureKind.OUTSIDE: 3}
_ONCE_ONE_WENT_WELL = _MOST | {FailureKind.FAILED: 10, FailureKind.MEMORY: 10}


class Streaks:
    """The trials of one launch in the order in which they began, with their failure kinds since a trial last went well.

    The order is that of the beginnings, not of the ends: where many trials run at once, those that fail end long before
    those that go well, and would always seem to come in a row.
    """

    def __init__(self) -> None:
        self._failure_kinds: dict[int, FailureKind | None] = {}  # in the order in which the trials began

    def began(self, trial: int) -> None:
        """A trial began, or began again."""
        self._failure_kinds.setdefault(trial, None)

    def add(self, trial: int, failure_kind: FailureKind) -> None:
        """A trial came to nothing."""
        self._failure_kinds[trial] = failure_kind

    def clear(self, trial: int) -> None:
        """A trial that had come to nothing gets another chance."""
        self._failure_kinds[trial] = None

    def went_well(self) -> None:
        """A trial went well: what came before is no streak."""
        self._failure_kinds = dict.fromkeys(self._failure_kinds)

    def of(self, trial: int) -> list[int]:
        """The trials around ``trial`` that failed as it did, between the nearest that still run or went well."""
        failure_kind = self._failure_kinds[trial]
        for failing, group in groupby(self._failure_kinds.items(), key=lambda item: item[1] is not None):
            streak = dict(group)
            if failing and trial in streak:
                return [other for other, its_kind in streak.items() if its_kind is failure_kind]
        return []


def too_long(streak: Sequence[int], failure_kind: FailureKind, *, one_went_well: bool) -> bool:
    """Whether so many trials in a row with one ``failure_kind`` end a search; ``one_went_well``: of this run, ever."""
    return len(streak) >= (_ONCE_ONE_WENT_WELL if one_went_well else _MOST)[failure_kind]


def describe(trials: Sequence[int], failure_kind: FailureKind, reason: str) -> str:
    """Says which trials had a ``failure_kind``, and for what ``reason`` the last of them."""
    numbers = ", ".join(str(number) for number in trials)
    who = f"trial {numbers}" if len(trials) == 1 else f"{len(trials)} trials in a row ({numbers})"
    return f"{who} {failure_kind}: {reason}"


def remedy(failure_kind: FailureKind, reason: str, learning_rate: float) -> str:
    """What to do about it, in one line; empty where the ``reason`` has to say it."""
    if failure_kind is FailureKind.MEMORY:
        return (
            "free the memory that other programs hold, or start another run with fewer trials at once "
            "(search.concurrent, resources.gpus) or smaller budgets"
        )
    if failure_kind is FailureKind.FAILED and reason.startswith(DivergedError.__name__):
        return f"a run keeps its settings: start another with a training.learning_rate below {learning_rate:g}"
    return ""
