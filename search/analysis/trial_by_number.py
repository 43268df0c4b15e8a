"""A trained network of a search, by the number of a trial."""

from collections.abc import Sequence
from dataclasses import replace

from search.analysis.networks import Networks
from search.errors import UsageError
from search.study.trial import Status, TrialRecord

_NOT_TRAINED = {
    Status.RUNNING: "has not ended",
    Status.STOPPED: "was stopped early",
    Status.FAILED: "failed",
}


class NoTrialError(UsageError):
    """A search has no trial of this number."""


class NotTrainedError(UsageError):
    """A trial has no trained network.

    Attributes:
        status: of the trial.
    """

    def __init__(self, trial: TrialRecord) -> None:
        why = "" if trial.result is None or not trial.result.note else f" ({trial.result.note})"
        remedy = "wait for its end, or choose a complete trial" if trial.status is Status.RUNNING else ""
        super().__init__(
            f"{_NOT_TRAINED[trial.status]}{why}",
            where=f"trial {trial.number}",
            remedy=remedy or "choose a complete trial",
        )
        self.status = trial.status


def trial_by_number(trials: Sequence[TrialRecord], number: int) -> TrialRecord:
    """Returns a complete trial with the values of all seeds of its network.

    Args:
        trials: all trials of the search, in any order, whatever became of them.
        number: of the trial.

    Raises:
        NoTrialError: there is no such trial.
        NotTrainedError: the trial runs, was stopped early, or failed.
    """
    trial = next((one for one in trials if one.number == number), None)
    if trial is None:
        last = max((one.number for one in trials), default=None)
        expected = "a search with trials" if last is None else f"a number from 0 to {last}"
        raise NoTrialError("no such trial", where=f"trial {number}", expected=expected)
    if trial.status is not Status.COMPLETE:
        raise NotTrainedError(trial)
    network = Networks(trials).by_candidate[trial.candidate]
    return replace(network, number=trial.number, seed=trial.seed, result=trial.result, fold=trial.fold)
