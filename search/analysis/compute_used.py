"""The compute that a search has used."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from search.study.running_time import seconds_running
from search.study.spec import StudySpec
from search.study.trial import Status, TrialRecord

_HOUR = 3600.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputeUsed:
    """The compute that the ended trials took.

    Attributes:
        trials: how many there are of each status.
        adopted: how many were taken over from other searches, and cost nothing here.
        hours: of all trainings, added up.
        cpu_hours, gpu_hours: of one CPU or GPU; shares of a GPU count as such.
        by_the_clock: hours from the first start to the last end, breaks included.
        running: hours of these in which the search ran.
        epochs: trained.
        epochs_saved: epochs that stopped trials were not trained.
        interruptions: how often a training was cut off, by Ctrl-C or a lost worker, and went on.
    """

    trials: Counter[Status]
    adopted: int
    hours: float
    cpu_hours: float
    gpu_hours: float
    by_the_clock: float
    running: float
    epochs: int
    epochs_saved: int
    interruptions: int

    @classmethod
    def of(cls, spec: StudySpec, ended: Sequence[TrialRecord]) -> "ComputeUsed":
        """Adds up what the trials took.

        Args:
            spec: the search that the trials are of.
            ended: the trials that have ended.
        """
        own = [(trial, trial.result) for trial in ended if trial.origin is None and trial.result is not None]
        hours = sum(result.seconds for _, result in own) / _HOUR
        starts, ends = [trial.started for trial, _ in own], [trial.ended for trial, _ in own if trial.ended]
        clock = (max(ends) - min(starts)).total_seconds() if ends else 0.0
        stopped = [len(result.epochs) for trial, result in own if trial.status is Status.STOPPED]
        return cls(
            trials=Counter(trial.status for trial in ended),
            adopted=len(ended) - len(own),
            hours=hours,
            cpu_hours=hours * spec.resources.cpus,
            gpu_hours=hours * float(spec.resources.gpus),
            by_the_clock=max(0.0, clock) / _HOUR,
            running=seconds_running(trial for trial, _ in own) / _HOUR,
            epochs=sum(len(result.epochs) for _, result in own),
            epochs_saved=sum(spec.recipe.epochs - epochs for epochs in stopped),
            interruptions=sum(len(result.interruptions) for _, result in own),
        )

    @property
    def pace(self) -> float:
        """Trials an hour, of the hours in which the search ran; 0 where it did not run."""
        own = sum(self.trials.values()) - self.adopted
        return own / self.running if self.running else 0.0
