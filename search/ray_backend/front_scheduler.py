"""Front-aware early stopping for any Ray Tune experiment. Searches of this package use ``DriverScheduler``."""

from collections.abc import Callable, Sequence
from math import inf
from typing import Any, Literal

from ray.tune.experiment import Trial
from ray.tune.schedulers import FIFOScheduler, TrialScheduler

from search.optimize.early_stopping import EarlyStop
from search.optimize.front_stopping import FrontStopping


class FrontScheduler(FIFOScheduler):  # type: ignore[misc]
    """Ends trials early that networks no more expensive lead by more than the noise.

    A trial that crashed stops no other, unless Tune restarts it and it reports from a later time than before.

    ``tune.TuneConfig(scheduler=FrontScheduler(metric="accuracy", costs=lambda config: (flops(config),), ...))``.
    Read the metric after the learning rate has been annealed to zero: scores in the middle of a schedule rank badly.

    Args:
        metric: the key of the score in what trials report.
        mode: ``max`` or ``min``.
        costs: of a trial's config: its exact costs, lower is better.
        rungs: the values of ``time_attr`` at which trials are compared: at their first report there or after.
        noise: standard deviation of the metric from one training to the next, or a function of the metric.
        lead: how many standard deviations of a difference rivals must be ahead.
        rivals: how many rivals must be ahead.
        time_attr: the key of a trial's time in what it reports.

    Attributes:
        stopped: by Tune's trial id, why a trial was ended; rivals are numbered as in ``numbers``.
        numbers: by Tune's trial id, in the order in which trials first reported.
    """

    def __init__(
        self,
        *,
        metric: str,
        mode: Literal["max", "min"] = "max",
        costs: Callable[[dict[str, Any]], Sequence[float]],
        rungs: Sequence[int],
        noise: float | Callable[[float], float] = 0.0,
        lead: float = 2.0,
        rivals: int = 2,
        time_attr: str = "training_iteration",
    ) -> None:
        super().__init__()
        self._metric = metric
        self._sign = 1.0 if mode == "max" else -1.0
        self._costs = costs
        self._rungs = sorted(rungs)
        self._time_attr = time_attr
        self._noise = noise
        self._stopping = FrontStopping(lead=lead, rivals=rivals)
        self._passed: dict[str, int] = {}
        self._furthest: dict[str, float] = {}
        self.numbers: dict[str, int] = {}
        self.stopped: dict[str, EarlyStop] = {}

    def on_trial_result(self, tune_controller: Any, trial: Trial, result: dict[str, Any]) -> str:
        key = trial.trial_id
        number = self.numbers.setdefault(key, len(self.numbers))
        if result[self._time_attr] > self._furthest.get(key, -inf):
            self._furthest[key] = result[self._time_attr]
            self._stopping.trust(number)
        stop = self._reach(trial, number, result)
        if stop is None:
            return str(TrialScheduler.CONTINUE)
        self.stopped[key] = stop
        return str(TrialScheduler.STOP)

    def on_trial_complete(self, tune_controller: Any, trial: Trial, result: dict[str, Any]) -> None:
        # Tune passes a last result, by its own stopping rules or as done, to this method alone.
        if self._time_attr in result:
            self._reach(trial, self.numbers.setdefault(trial.trial_id, len(self.numbers)), result)

    def on_trial_error(self, tune_controller: Any, trial: Trial) -> None:
        if trial.trial_id in self.numbers:
            self._stopping.doubt(self.numbers[trial.trial_id])

    def on_trial_remove(self, tune_controller: Any, trial: Trial) -> None:
        if trial.trial_id in self.numbers:  # it waited, after a crash for instance, and never ends
            self._stopping.forget(self.numbers[trial.trial_id])

    def _reach(self, trial: Trial, number: int, result: dict[str, Any]) -> EarlyStop | None:
        """Notes the score where ``result`` is the first at or after a rung, and judges it; None: the trial goes on."""
        passed = self._passed.get(trial.trial_id, -inf)
        reached = [rung for rung in self._rungs if passed < rung <= result[self._time_attr]]
        if not reached or self._metric not in result:
            return None
        self._passed[trial.trial_id] = reached[-1]
        score = float(result[self._metric])
        noise = self._noise(score) if callable(self._noise) else self._noise
        return self._stopping.judge(number, self._costs(trial.config), reached[-1], self._sign * score, noise)
