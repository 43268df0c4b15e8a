"""Front-aware early stopping for any Ray Tune experiment, and for our own."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

from ray.tune.experiment import Trial
from ray.tune.schedulers import FIFOScheduler, TrialScheduler

from search.strategy.early_stopping import EarlyStop, FrontStopping


class FrontScheduler(FIFOScheduler):  # type: ignore[misc]
    """Ends trials early that networks no dearer lead by more than the noise.

    ``tune.TuneConfig(scheduler=FrontScheduler(metric="accuracy", costs=lambda config: (flops(config),), ...))``.
    Read the metric after the learning rate has been annealed to zero: scores in the middle of a schedule rank badly.

    Args:
        metric: what trials report.
        mode: ``max`` or ``min``.
        costs: of a trial's config: its exact costs, lower is better.
        rungs: the values of ``time_attr`` at which trials are compared: at their first report there or after.
        noise: standard deviation of the metric from one training to the next, or a function of the metric.
        lead: how many standard deviations of a difference rivals must be ahead.
        rivals: how many must be.
        time_attr: what counts a trial's time.

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
        spread = noise if callable(noise) else lambda _: noise
        self._stopping = FrontStopping(lambda score: spread(self._sign * score), lead=lead, rivals=rivals)
        self._passed: dict[str, int] = {}
        self.numbers: dict[str, int] = {}
        self.stopped: dict[str, EarlyStop] = {}

    def on_trial_result(self, tune_controller: Any, trial: Trial, result: dict[str, Any]) -> str:
        key = trial.trial_id
        number = self.numbers.setdefault(key, len(self.numbers))
        reached = [rung for rung in self._rungs if self._passed.get(key, -1) < rung <= result[self._time_attr]]
        if not reached or self._metric not in result:
            return str(TrialScheduler.CONTINUE)
        self._passed[key] = reached[-1]
        score = self._sign * float(result[self._metric])
        stop = self._stopping.judge(number, self._costs(trial.config), reached[-1], score)
        if stop is None:
            return str(TrialScheduler.CONTINUE)
        self.stopped[key] = stop
        return str(TrialScheduler.STOP)
