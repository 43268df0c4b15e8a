"""Ray Tune's searcher over the driver: asks it for trials and tells it what became of them.

Ray's own OptunaSearch tells stopped trials as complete, proposes networks twice, leaves a NaN running for
ever and forgets failures; see the notes of the driver and the proposer for what happens here instead.
"""

from typing import Any

from ray.tune.search import Searcher

from pipelines.training import Epoch
from search.record.result import TrialResult
from search.run.candidate import EPOCH, RESULT, TASK
from search.run.driver import Driver


class DriverSearcher(Searcher):  # type: ignore[misc]
    """Adapts a :class:`Driver` to Ray Tune."""

    def __init__(self, driver: Driver) -> None:
        super().__init__()
        self._driver = driver
        self._numbers: dict[str, int] = {}  # Tune's trial id to ours

    def suggest(self, trial_id: str) -> dict[str, Any] | str | None:
        task = self._driver.next_task()
        if task is None:
            # Tune never asks again after the end: while a trial runs, it may still be lost and come back.
            return str(Searcher.FINISHED) if self._driver.idle else None
        self._numbers[trial_id] = task.number
        return {TASK: task}

    def on_trial_result(self, trial_id: str, result: dict[str, Any]) -> None:
        epoch = result.get(EPOCH)
        if isinstance(epoch, Epoch):
            self._driver.epoch_done(self._numbers[trial_id], epoch)

    def on_trial_complete(self, trial_id: str, result: dict[str, Any] | None = None, error: bool = False) -> None:
        number = self._numbers.pop(trial_id)
        outcome = (result or {}).get(RESULT)
        if error or not isinstance(outcome, TrialResult):
            self._driver.trial_lost(number)
        else:
            self._driver.trial_ended(number, outcome)

    # A search goes on from its record, never from Ray's pickles.
    def save_to_dir(self, checkpoint_dir: str, session_str: str = "default") -> None: ...

    def __getstate__(self) -> dict[str, Any]:
        return {}
