"""The interface of what follows a running search."""

from typing import Protocol

from pipelines.training.epoch import Epoch
from search.study.trial import TrialRecord


class Observer(Protocol):
    """Notified of everything that happens, in order, by the driver's thread: return soon, and never raise."""

    def trial_started(self, trial: TrialRecord) -> None: ...

    def epoch_done(self, trial: TrialRecord, epoch: Epoch) -> None:
        """Of every epoch but a training's last, which comes with its result."""

    def trial_lost(self, trial: TrialRecord, reason: str) -> None: ...

    def trial_ended(self, trial: TrialRecord) -> None: ...
