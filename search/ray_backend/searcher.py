"""Ray Tune's searcher over the driver: asks it for trials and reports their results to it.

Ray's own OptunaSearch records stopped trials as complete, proposes networks twice, leaves a NaN running for
ever and forgets failures; see the notes of the driver and the proposer for what happens here instead.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ray import tune
from ray.tune.experiment import Trial
from ray.tune.schedulers import FIFOScheduler, TrialScheduler
from ray.tune.search import Searcher

from pipelines.training.epoch import Epoch
from search.ray_backend.trial_worker import EPOCH, OUT_OF_MEMORY, RESULT, RUNG, TASK
from search.ray_backend.worker_failure import WorkerFailure
from search.run.driver import Driver
from search.study.trial import TrialResult

_LOOK_SECONDS = 2.0


class DriverSearcher(Searcher):  # type: ignore[misc]
    """Adapts a :class:`Driver` to Ray Tune.

    Args:
        driver: decides.
        slots: returns how many trials may run at once; called every few seconds, since machines come and go.

    Attributes:
        interrupted: whether a user asked for the end.
        error: the first exception that the driver raised, which Tune would take for a failure of the trial; None: none.
    """

    def __init__(self, driver: Driver, slots: Callable[[], int]) -> None:
        super().__init__()
        self._driver = driver
        self._slots = slots
        self._at_once = 0
        self._look_again = 0.0
        self._numbers: dict[str, int] = {}  # Tune's trial id to ours
        self._stopped: set[str] = set()  # Tune's ids of trials that are about to end early
        self.interrupted = False
        self.error: Exception | None = None

    @property
    def over(self) -> bool:
        """Whether to stop at once, whatever is running."""
        driver = self._driver
        return self.interrupted or self.error is not None or driver.problem is not None or driver.time.late

    def suggest(self, trial_id: str) -> dict[str, Any] | str | None:
        with self._kept():
            if not self.over:
                if self._full():
                    return None
                task = self._driver.next_task()
                if task is not None:
                    self._numbers[trial_id] = task.number
                    return {TASK: task}
        # Tune never asks again after the end: while a trial runs, it may still be lost and come back.
        return str(Searcher.FINISHED) if self._driver.idle or self.over else None

    def on_trial_result(self, trial_id: str, result: dict[str, Any]) -> None:
        epoch = result.get(EPOCH)
        if isinstance(epoch, Epoch):
            with self._kept():
                self._driver.epoch_done(self._numbers[trial_id], epoch)

    def may_go_on(self, trial_id: str, result: dict[str, Any]) -> bool:
        """Whether a trial may be trained further; asks the driver where the trial is at a rung.

        Args:
            trial_id: Tune's id of the trial.
            result: the trial's report.
        """
        so_far = result.get(RUNG)
        if isinstance(so_far, TrialResult):
            with self._kept():
                if not self._driver.rung_reached(self._numbers[trial_id], so_far):
                    self._stopped.add(trial_id)
        return trial_id not in self._stopped

    def on_trial_complete(self, trial_id: str, result: dict[str, Any] | None = None, error: bool = False) -> None:
        if trial_id in self._stopped:
            self._stopped.remove(trial_id)
            with self._kept():
                self._driver.trial_stopped(self._numbers.pop(trial_id))
            return
        result = result or {}
        outcome = result.get(RESULT)
        # An error comes without its reason; on_trial_error is next and has it. At a stop there is no outcome.
        if not error and isinstance(outcome, TrialResult):
            ended = self._driver.trial_out_of_memory if result.get(OUT_OF_MEMORY) else self._driver.trial_ended
            with self._kept():
                ended(self._numbers.pop(trial_id), outcome)

    def on_trial_error(self, trial: Trial) -> None:
        """Tells the driver that a trial's worker died or raised."""
        if self.over:
            return
        number, failure = self._numbers.pop(trial.trial_id), WorkerFailure.of(trial)
        with self._kept():
            if failure.is_fatal:
                self._driver.stop(failure.reason, failure.remedy)
            else:
                built = self._driver.reached_network(number)
                cause = failure.cause if built else failure.cause.before_the_network
                self._driver.trial_lost(number, failure.reason, cause)

    def _full(self) -> bool:
        """Whether as many trials run as there is room for; Tune itself would ask for one more, to have it waiting."""
        now = time.monotonic()
        if now >= self._look_again:
            self._at_once, self._look_again = self._slots(), now + _LOOK_SECONDS
        # One trial may always wait: that is what makes machines come where there are none.
        return len(self._numbers) >= max(1, self._at_once)

    @contextmanager
    def _kept(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # raised again by whoever runs Tune
            self.error = self.error or error

    # A search goes on from its record, never from Ray's pickles.
    def save_to_dir(self, checkpoint_dir: str, session_str: str = "default") -> None: ...

    def __getstate__(self) -> dict[str, Any]:
        return {}


class ErrorsToSearcher(tune.Callback):  # type: ignore[misc]
    """Tells the searcher of errors together with the trial, which knows the reason."""

    def __init__(self, searcher: DriverSearcher) -> None:
        self._searcher = searcher

    def on_trial_error(self, iteration: int, trials: list[Trial], trial: Trial, **info: Any) -> None:
        self._searcher.on_trial_error(trial)


class DriverScheduler(FIFOScheduler):  # type: ignore[misc]
    """Ends trials early when the driver says so."""

    def __init__(self, searcher: DriverSearcher) -> None:
        super().__init__()
        self._searcher = searcher

    def on_trial_result(self, tune_controller: Any, trial: Trial, result: dict[str, Any]) -> str:
        go_on = self._searcher.may_go_on(trial.trial_id, result)
        return str(TrialScheduler.CONTINUE if go_on else TrialScheduler.STOP)

    def choose_trial_to_run(self, tune_controller: Any) -> Trial | None:
        """Returns None, so that Tune chooses.

        The first trial that waits would get each worker that becomes free, and the one that is being started for it
        would be dropped, over and over where trainings are shorter than a start.
        """


class StopAtOnce(tune.Stopper):  # type: ignore[misc]
    """Ends Tune's run when the searcher is over."""

    def __init__(self, searcher: DriverSearcher) -> None:
        self._searcher = searcher

    def __call__(self, trial_id: str, result: dict[str, Any]) -> bool:
        return False

    def stop_all(self) -> bool:
        return self._searcher.over
