"""The interface of an observer of a running search."""

from typing import Protocol

from pipelines.training.epoch import Epoch
from search.study.trial import TrialRecord


class Observer(Protocol):
    """Notified of everything that happens, in order, by the driver's thread. Methods return soon and never raise."""

    def trial_started(self, trial: TrialRecord) -> None: ...

    def epoch_done(self, trial: TrialRecord, epoch: Epoch) -> None:
        """Takes in an epoch; a training's last one comes with its result instead.

        Args:
            trial: that is running.
            epoch: that it finished.
        """

    def trial_lost(self, trial: TrialRecord, reason: str) -> None:
        """Takes in that a trial lost its worker, or ran out of memory.

        Args:
            trial: that was running.
            reason: in one line.
        """
        ...

    def trial_ended(self, trial: TrialRecord) -> None: ...
