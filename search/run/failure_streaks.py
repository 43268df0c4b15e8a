"""Trials that fail one after the other, so that their networks are not the cause."""

from collections.abc import Sequence
from enum import StrEnum
from itertools import groupby

from pipelines.training.divergence import DivergedError


class FailureKind(StrEnum):
    """How a trial fails."""

    FAILED = "failed in the same way"
    MEMORY = "ran out of memory"
    LOST = "lost all workers, and no other trial succeeded meanwhile"
    OUTSIDE = "lost all workers for reasons outside the network"


# How many trials in a row fail before the search stops. A failed training and a lack of memory cost a trial
# little and can be the network's own, so chance alone must not end a search that has good networks.
_MOST = {FailureKind.FAILED: 5, FailureKind.MEMORY: 5, FailureKind.LOST: 3, FailureKind.OUTSIDE: 3}
_MOST_ONCE_ONE_SUCCEEDED = _MOST | {FailureKind.FAILED: 10, FailureKind.MEMORY: 10}


class Streaks:
    """The trials of one launch in the order in which they began, with their failure kinds since the last success.

    The order is that of the beginnings, not of the ends. Where many trials run at once, those that fail end long before
    those that succeed, and would always seem to come in a row.
    """

    def __init__(self) -> None:
        self._failure_kinds: dict[int, FailureKind | None] = {}  # in the order in which the trials began

    def record_start(self, trial: int) -> None:
        """Notes that a trial began, or began again."""
        self._failure_kinds.setdefault(trial, None)

    def add(self, trial: int, failure_kind: FailureKind) -> None:
        """Notes that a trial failed.

        Args:
            trial: its number.
            failure_kind: how it failed.
        """
        self._failure_kinds[trial] = failure_kind

    def clear(self, trial: int) -> None:
        """Notes that a trial that had failed gets another chance."""
        self._failure_kinds[trial] = None

    def record_success(self) -> None:
        """Notes that a trial succeeded, so that earlier failures are no streak."""
        self._failure_kinds = dict.fromkeys(self._failure_kinds)

    def of(self, trial: int) -> list[int]:
        """Returns the trials around ``trial`` that failed alike, between the nearest that still run or succeeded."""
        failure_kind = self._failure_kinds[trial]
        for failing, group in groupby(self._failure_kinds.items(), key=lambda item: item[1] is not None):
            streak = dict(group)
            if failing and trial in streak:
                return [other for other, its_kind in streak.items() if its_kind is failure_kind]
        return []


def too_long(streak: Sequence[int], failure_kind: FailureKind, *, ever_succeeded: bool) -> bool:
    """Whether a streak of failures is long enough to end a search.

    Args:
        streak: numbers of trials in a row that failed alike.
        failure_kind: how they failed.
        ever_succeeded: whether any trial of this run succeeded; a longer streak is then allowed.
    """
    return len(streak) >= (_MOST_ONCE_ONE_SUCCEEDED if ever_succeeded else _MOST)[failure_kind]


def describe(trials: Sequence[int], failure_kind: FailureKind, reason: str) -> str:
    """Returns a line that says which trials failed, and how.

    Args:
        trials: their numbers, in the order in which they began; at least one.
        failure_kind: how they failed.
        reason: of the last of them, in one line.
    """
    numbers = ", ".join(str(number) for number in trials)
    who = f"trial {numbers}" if len(trials) == 1 else f"{len(trials)} trials in a row ({numbers})"
    return f"{who} {failure_kind}: {reason}"


def remedy(failure_kind: FailureKind, reason: str, learning_rate: float) -> str:
    """Returns what to do about failures, in one line; empty where the reason has to say it.

    Args:
        failure_kind: how trials failed.
        reason: of the last one, in one line.
        learning_rate: of the search's trainings; one that diverged needs a lower one.
    """
    if failure_kind is FailureKind.MEMORY:
        return (
            "free memory of other programs, or start another run with fewer concurrent trials "
            "(search.concurrent, resources.gpus) or smaller budgets"
        )
    if failure_kind is FailureKind.FAILED and reason.startswith(DivergedError.__name__):
        return f"start another run with a training.learning_rate below {learning_rate:g}; a run keeps its settings"
    return ""
