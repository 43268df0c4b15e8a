"""The rival's trials, which sleep."""

import os
import time
from typing import Any

from ray import tune

from benchmarks.plain_tune import run_plain_tune


def sleeps(config: dict[str, Any]) -> None:
    time.sleep(float(os.environ["SCALE_SECONDS"]))
    tune.report({"accuracy": 0.5 + config["width"] / 10, "params": 1.0, "flops": 1.0})


def rival_seconds(trials: int, concurrent: int) -> float:
    """From the beginning of the first trial to the end of the last."""
    clock = _Clock()
    run_plain_tune(sleeps, trials, concurrent, clock)
    return clock.ended - clock.began


class _Clock(tune.Callback):  # type: ignore[misc]
    began = ended = 0.0

    def on_trial_start(self, **info: Any) -> None:
        self.began = self.began or time.perf_counter()

    def on_trial_complete(self, **info: Any) -> None:
        self.ended = time.perf_counter()
