"""The trials of a launch that may be to blame for what went wrong, and when the search should stop instead."""

from collections.abc import Callable
from dataclasses import dataclass

from search.run.failure_streaks import Streaks, Trouble, describe, remedy, too_long
from search.run.worker_failures import Blame, Losses
from search.study.trial import TrialRecord, TrialResult

_MAX_AT_THE_END = 2


@dataclass(frozen=True, slots=True)
class Suspect:
    """A trial that cost too many workers; ``result``: what it ends with if its network is to blame."""

    trial: TrialRecord
    result: TrialResult
    trouble: Trouble
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from an event.

    Attributes:
        go_on: the trials that are trained further.
        failed: the trials whose networks are to blame, with their results.
        problem: why the search should stop; None: it goes on.
        remedy: what to do about that, in one line; empty where the problem says it.
    """

    go_on: tuple[TrialRecord, ...] = ()
    failed: tuple[tuple[TrialRecord, TrialResult], ...] = ()
    problem: str | None = None
    remedy: str = ""


class Suspects:
    """Decides whether networks or machines are to blame.

    A suspect waits until another trial goes well after the first of its losses. Then the machines work, and its network
    has failed; but it goes on if its losses can't be a network's doing. Where several trials in a row are suspects or
    fail, something else than their networks is to blame, and the search should stop.
    """

    def __init__(self, learning_rate: float) -> None:
        self._learning_rate = learning_rate
        self._losses = Losses()
        self._streaks = Streaks()
        self._suspects: list[Suspect] = []

    @property
    def trials(self) -> tuple[TrialRecord, ...]:
        """The suspects."""
        return tuple(suspect.trial for suspect in self._suspects)

    def began(self, number: int) -> None:
        """A trial got a worker."""
        self._streaks.began(number)

    def came_further(self, number: int) -> Verdict:
        """A trial did an epoch that none of its workers had done, so what killed those may kill others as well."""
        self._losses.came_further(number)
        innocent = self._take(lambda suspect: not self._losses.too_many(suspect.trial.number))
        return Verdict(go_on=tuple(suspect.trial for suspect in innocent))

    def went_well(self) -> Verdict:
        """A trial came to its end, or to a rung that ended it."""
        self._losses.went_well()
        self._streaks.went_well()
        return self._judge()

    def failed(self, number: int, failure: str) -> Verdict:
        """A trial ended with a failure that its worker found."""
        return self._look(number, Trouble.FAILED, failure)

    def lost(self, trial: TrialRecord, blame: Blame, reason: str, result: TrialResult) -> Verdict:
        """A trial lost its worker, or ran out of memory; ``result``: what it ends with if its network is to blame."""
        self._losses.add(trial.number, blame)
        trouble = self._losses.trouble(trial.number)
        if trouble is None:
            return Verdict(go_on=(trial,))
        self._suspects.append(Suspect(trial, result, trouble, reason))
        verdict = self._judge()
        return self._look(trial.number, trouble, reason) if trial in self.trials else verdict

    def close(self, trials: int) -> Verdict:
        """Nothing is left that could show who is to blame: what went well before has to do, for a suspect or two.

        ``trials``: how many the search has.
        """
        failed: list[Suspect] = []
        if self._losses.machines_work and len(self._suspects) <= _MAX_AT_THE_END:
            failed = self._take(lambda suspect: suspect.trouble is not Trouble.OUTSIDE)
        ends = tuple((suspect.trial, suspect.result) for suspect in failed)
        if not self._suspects:
            return Verdict(failed=ends)
        last = self._suspects[-1]
        alike = [suspect.trial.number for suspect in self._suspects if suspect.trouble is last.trouble]
        advice = remedy(last.trouble, last.reason, self._learning_rate) or "remove the cause"
        return Verdict(
            failed=ends,
            problem=describe(alike, last.trouble, last.reason),
            remedy=f"{advice}, or add --trials {trials + 1} to train one more network for comparison",
        )

    def _look(self, number: int, trouble: Trouble, reason: str) -> Verdict:
        """Whether trial after trial has the same trouble."""
        self._streaks.add(number, trouble)
        streak = self._streaks.of(number)
        if not too_long(streak, trouble, one_went_well=self._losses.machines_work):
            return Verdict()
        what_to_do = remedy(trouble, reason, self._learning_rate)
        return Verdict(problem=describe(streak, trouble, reason), remedy=what_to_do)

    def _judge(self) -> Verdict:
        judged = self._take(lambda suspect: self._losses.others_went_well(suspect.trial.number))
        innocent = [suspect.trial for suspect in judged if suspect.trouble is Trouble.OUTSIDE]
        for trial in innocent:
            self._losses.acquit(trial.number)
        failed = [(suspect.trial, suspect.result) for suspect in judged if suspect.trouble is not Trouble.OUTSIDE]
        return Verdict(go_on=tuple(innocent), failed=tuple(failed))

    def _take(self, which: Callable[[Suspect], bool]) -> list[Suspect]:
        """Removes the suspects for which ``which`` holds, and returns them."""
        taken = [suspect for suspect in self._suspects if which(suspect)]
        self._suspects = [suspect for suspect in self._suspects if suspect not in taken]
        for suspect in taken:
            self._streaks.clear(suspect.trial.number)
        return taken
