"""Decides which trials of a launch fail for the workers that they lose, and when the search stops instead."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from search.run.failure_streaks import FailureKind, Streaks, describe, remedy, too_long
from search.run.worker_failures import FailureCause, WorkerFailures
from search.study.trial import TrialRecord, TrialResult

_MAX_AT_THE_END = 2


@dataclass(frozen=True, slots=True)
class Suspect:
    """A trial that lost too many workers; ``result``: its result if its network is the cause."""

    trial: TrialRecord
    result: TrialResult
    failure_kind: FailureKind
    reason: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What the driver has to do after an event.

    Attributes:
        go_on: the trials that are trained further.
        failed: the trials whose networks are the cause, with their results.
        problem: why the search should stop; None: it goes on.
        remedy: what to do about that, in one line; empty where the problem says it.
        enough_trials: the number of trials in all with which one more network shows the cause; None: none does.
    """

    go_on: tuple[TrialRecord, ...] = ()
    failed: tuple[tuple[TrialRecord, TrialResult], ...] = ()
    problem: str | None = None
    remedy: str = ""
    enough_trials: int | None = None


class RetryPolicy:
    """Decides whether a network or a machine is the cause of failures.

    A suspect waits until another trial succeeds after the first of its worker failures. Then the machines work, and its
    network has failed. If a network cannot have caused the worker failures, the trial continues instead. Where several
    trials in a row are suspects or fail, their networks are not the cause, and the search should stop.
    """

    def __init__(self, learning_rate: float) -> None:
        self._learning_rate = learning_rate
        self._worker_failures = WorkerFailures()
        self._streaks = Streaks()
        self._suspects: list[Suspect] = []

    @property
    def trials(self) -> tuple[TrialRecord, ...]:
        """The suspects."""
        return tuple(suspect.trial for suspect in self._suspects)

    def record_start(self, number: int) -> None:
        """Notes that a trial got a worker."""
        self._streaks.record_start(number)

    def record_progress(self, number: int) -> Decision:
        """Notes a new epoch of trial ``number``: the cause of its lost workers may affect other trials as well."""
        self._worker_failures.record_progress(number)
        cleared = self._take(lambda suspect: not self._worker_failures.too_many(suspect.trial.number))
        return Decision(go_on=tuple(suspect.trial for suspect in cleared))

    def record_success(self) -> Decision:
        """Takes in that a trial ended without a failure, or at a rung."""
        self._worker_failures.record_success()
        self._streaks.record_success()
        return self._judge()

    def record_failure(self, number: int, failure: str) -> Decision:
        """Takes in that a trial ended with a failure that its worker found.

        Args:
            number: of the trial.
            failure: why, in one line.
        """
        return self._look(number, FailureKind.FAILED, failure)

    def record_worker_failure(
        self, trial: TrialRecord, cause: FailureCause, reason: str, result: TrialResult
    ) -> Decision:
        """Takes in that a trial lost its worker, or ran out of memory.

        Args:
            trial: that was running.
            cause: why the worker ended.
            reason: in one line.
            result: the trial's result if its network is the cause.
        """
        self._worker_failures.add(trial.number, cause)
        failure_kind = self._worker_failures.failure_kind(trial.number)
        if failure_kind is None:
            return Decision(go_on=(trial,))
        self._suspects.append(Suspect(trial, result, failure_kind, reason))
        decision = self._judge()
        return self._look(trial.number, failure_kind, reason) if trial in self.trials else decision

    def close(self, trials: float) -> Decision:
        """Decides when no trial is left that could show the cause: earlier successes decide for one suspect or two.

        Args:
            trials: how many the search has; inf: no number limits it.
        """
        failed: list[Suspect] = []
        if self._worker_failures.machines_work and len(self._suspects) <= _MAX_AT_THE_END:
            failed = self._take(lambda suspect: suspect.failure_kind is not FailureKind.OUTSIDE)
        ends = tuple((suspect.trial, suspect.result) for suspect in failed)
        if not self._suspects:
            return Decision(failed=ends)
        last = self._suspects[-1]
        alike = [suspect.trial.number for suspect in self._suspects if suspect.failure_kind is last.failure_kind]
        return Decision(
            failed=ends,
            problem=describe(alike, last.failure_kind, last.reason),
            remedy=remedy(last.failure_kind, last.reason, self._learning_rate) or "remove the cause",
            enough_trials=None if trials == inf else int(trials) + 1,
        )

    def _look(self, number: int, failure_kind: FailureKind, reason: str) -> Decision:
        """Decides whether trial after trial fails in the same way."""
        self._streaks.add(number, failure_kind)
        streak = self._streaks.of(number)
        if not too_long(streak, failure_kind, ever_succeeded=self._worker_failures.machines_work):
            return Decision()
        what_to_do = remedy(failure_kind, reason, self._learning_rate)
        return Decision(problem=describe(streak, failure_kind, reason), remedy=what_to_do)

    def _judge(self) -> Decision:
        judged = self._take(lambda suspect: self._worker_failures.others_succeeded(suspect.trial.number))
        cleared = [suspect.trial for suspect in judged if suspect.failure_kind is FailureKind.OUTSIDE]
        for trial in cleared:
            self._worker_failures.clear(trial.number)
        failed = [
            (suspect.trial, suspect.result) for suspect in judged if suspect.failure_kind is not FailureKind.OUTSIDE
        ]
        return Decision(go_on=tuple(cleared), failed=tuple(failed))

    def _take(self, which: Callable[[Suspect], bool]) -> list[Suspect]:
        """Removes the suspects for which ``which`` holds, and returns them."""
        taken = [suspect for suspect in self._suspects if which(suspect)]
        self._suspects = [suspect for suspect in self._suspects if suspect not in taken]
        for suspect in taken:
            self._streaks.clear(suspect.trial.number)
        return taken
