"""A search's record at one moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from search.study.final_evaluation import FinalEvaluation
from search.study.spec import StudySpec
from search.study.trial import Status, TrialRecord


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A record at one moment.

    Attributes:
        spec: the search.
        trials: of the search, by number.
        asked: the number of trials of the whole search, by the last launch that set it; None: no number limits it.
        hours: limit on the running time over all launches, by the last launch that set it; None: there is none.
        seconds_run: the time for which the search has run over all launches.
        over: whether the search has ended: its trials are done, its space is exhausted, or nothing is left to find.
        problem: why the last launch had to stop; None: there was no problem.
        taken_over: whether all trials of earlier searches that this search reuses are in the record.
        final_evaluations: scores of exported networks, from the record, by network, length and seed.
    """

    spec: StudySpec
    trials: tuple[TrialRecord, ...]
    asked: int | None
    hours: float | None
    seconds_run: float
    over: bool
    problem: str | None
    taken_over: bool
    final_evaluations: tuple[FinalEvaluation, ...]

    @cached_property
    def ended(self) -> tuple[TrialRecord, ...]:
        """The trials that have ended, in the order of their ends."""
        return ended(self.trials)

    @cached_property
    def running(self) -> tuple[TrialRecord, ...]:
        """The trials that have not ended, by number."""
        return tuple(trial for trial in self.trials if trial.status is Status.RUNNING)

    @property
    def out_of_time(self) -> bool:
        """Whether the search has run for as long as its limit of time allows."""
        return self.hours is not None and self.seconds_run >= self.hours * 3600


def ended(trials: Iterable[TrialRecord]) -> tuple[TrialRecord, ...]:
    """Returns those of ``trials`` that have ended, in the order of their ends."""
    over = [trial for trial in trials if trial.status is not Status.RUNNING]
    # By their end numbers, for clocks go back; without them, in records of earlier versions, by their times.
    return tuple(sorted(over, key=lambda trial: (trial.end_number, trial.ended or trial.started, trial.number)))
