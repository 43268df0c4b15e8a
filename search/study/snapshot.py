"""A search's record at one moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from search.study.final_evaluation import FinalEvaluation
from search.study.spec import StudySpec
from search.study.trial import Status, TrialRecord


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """All that a record says, read once.

    Attributes:
        spec: the search as it was asked for.
        trials: every one, by number.
        asked: how many trials the search shall have, by the last launch that said so.
        over: whether the search came to its end: its trials done, its space exhausted, or nothing left to find.
        problem: why the last launch had to stop; None: it did not.
        taken_over: whether all was taken over that this search shall have of earlier ones.
        final_evaluations: by network, length and seed.
    """

    spec: StudySpec
    trials: tuple[TrialRecord, ...]
    asked: int
    over: bool
    problem: str | None
    taken_over: bool
    final_evaluations: tuple[FinalEvaluation, ...]

    @cached_property
    def ended(self) -> tuple[TrialRecord, ...]:
        """The trials that are over, in the order in which they ended."""
        return ended(self.trials)

    @cached_property
    def running(self) -> tuple[TrialRecord, ...]:
        """The trials that are not over, by number."""
        return tuple(trial for trial in self.trials if trial.status is Status.RUNNING)


def ended(trials: Iterable[TrialRecord]) -> tuple[TrialRecord, ...]:
    """Those of ``trials`` that are over, in the order in which they ended."""
    over = [trial for trial in trials if trial.status is not Status.RUNNING]
    # By their end numbers, for clocks go back; without them, in records of earlier versions, by their times.
    return tuple(sorted(over, key=lambda trial: (trial.end_number, trial.ended or trial.started, trial.number)))
