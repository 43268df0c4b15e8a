"""Ray Tune with its own OptunaSearch over trials that train nothing: the rival where the search itself is measured."""

import logging
import os
import tempfile
from collections.abc import Callable
from typing import Any

import optuna
from ray import tune
from ray.tune.search.optuna import OptunaSearch

from benchmarks.made_up import made_up_spec
from search.config.settings import SearchSection
from spaces import Encoding

CHOICES = Encoding(made_up_spec("rival", SearchSection()).search_space).choices


def run_plain_tune(train: Callable[[dict[str, Any]], None], trials: int, concurrent: int, clock: tune.Callback) -> None:
    """Runs so many trials of ``train``, which reports accuracy, params and flops, with Tune's defaults."""
    logging.getLogger("ray.tune").setLevel(logging.ERROR)
    for name in ("RAY_AIR_NEW_OUTPUT", "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS", "TUNE_MAX_PENDING_TRIALS_PG"):
        os.environ.pop(name, None)  # what a launch sets in this process
    with tempfile.TemporaryDirectory() as storage:
        tuner = tune.Tuner(
            train,
            tune_config=tune.TuneConfig(
                search_alg=OptunaSearch(
                    space=_suggest, metric=["accuracy", "params", "flops"], mode=["max", "min", "min"]
                ),
                num_samples=trials,
                max_concurrent_trials=concurrent,
            ),
            run_config=tune.RunConfig(storage_path=storage, verbose=0, callbacks=[clock]),
        )
        assert not tuner.fit().errors


def _suggest(trial: optuna.Trial) -> None:
    """The same search space, as OptunaSearch takes it: a function that can be pickled."""
    for name, values in CHOICES.items():
        trial.suggest_categorical(name, list(values))
