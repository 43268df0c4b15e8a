"""The rival: Ray Tune with its own OptunaSearch over trials that sleep, so many at once."""

import logging
import os
import tempfile
import time
from typing import Any

import optuna
from ray import tune
from ray.tune.search.optuna import OptunaSearch

from benchmarks.made_up import made_up_facts
from search.settings import SearchSection
from spaces import Encoding

CHOICES = Encoding(made_up_facts("scale", SearchSection()).search_space).choices


def suggest(trial: optuna.Trial) -> None:
    """The same search space, as OptunaSearch takes it: a function that can be pickled."""
    for name, values in CHOICES.items():
        trial.suggest_categorical(name, list(values))


def sleeps(config: dict[str, Any]) -> None:
    time.sleep(float(os.environ["SCALE_SECONDS"]))
    tune.report({"accuracy": 0.5 + config["width"] / 10, "params": 1.0, "flops": 1.0})


def rival_seconds(trials: int, concurrent: int, seconds: float) -> float:
    """From the beginning of the first trial to the end of the last, with Tune's defaults."""
    logging.getLogger("ray.tune").setLevel(logging.ERROR)
    for name in ("RAY_AIR_NEW_OUTPUT", "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS"):
        os.environ.pop(name, None)  # what a launch sets in this process
    clock = _Clock()
    with tempfile.TemporaryDirectory() as storage:
        tuner = tune.Tuner(
            sleeps,
            tune_config=tune.TuneConfig(
                search_alg=OptunaSearch(
                    space=suggest, metric=["accuracy", "params", "flops"], mode=["max", "min", "min"]
                ),
                num_samples=trials,
                max_concurrent_trials=concurrent,
            ),
            run_config=tune.RunConfig(storage_path=storage, verbose=0, callbacks=[clock]),
        )
        assert not tuner.fit().errors
    return clock.ended - clock.began


class _Clock(tune.Callback):  # type: ignore[misc]
    began = ended = 0.0

    def on_trial_start(self, **info: Any) -> None:
        self.began = self.began or time.perf_counter()

    def on_trial_complete(self, **info: Any) -> None:
        self.ended = time.perf_counter()
