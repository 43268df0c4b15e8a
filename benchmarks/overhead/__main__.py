"""Trials a minute where training does nothing: a launch against Ray Tune with its own OptunaSearch.

    python -m benchmarks.overhead

Both run in turns in one process, on one Ray, over the same search space, two trials at a time. The time runs from the
end of the first trial to the end of the last, so it excludes the start of both. The rival has Ray Tune's defaults. Ours
also writes its record to SQLite, which the rival does not.
"""

import logging
import tempfile
import time
from pathlib import Path
from typing import Any

import optuna
import ray
from ray import tune
from ray.tune.experiment import Trial

from benchmarks.made_up import made_up_spec
from benchmarks.made_up_training import MadeUpTraining
from benchmarks.plain_tune import run_plain_tune
from benchmarks.report import save, spread
from pipelines.training.epoch import Epoch
from search.config.settings import SearchSection, SearchSettings
from search.ray_backend.run_search import run_search
from search.ray_backend.trial_worker import RESULT
from search.study.folder import RunFolder
from search.study.trial import TrialRecord, TrialResult

OURS, RIVALS, ROUNDS, CONCURRENT = 300, 16, 5, 2
RESULT_FILE = Path(__file__).with_name("result.json")


class DoesNothing(MadeUpTraining):
    """A worker that returns at once."""

    def step(self) -> dict[str, Any]:
        return {RESULT: TrialResult(value=0.5 + self._task.candidate.arch.width / 10), tune.result.DONE: True}


# The sampler that the rival has: what is measured is everything else.
SPEC = made_up_spec("overhead", SearchSection(sampler="tpe", confirm=0))


class Clock(tune.Callback):
    """When each trial ended; an observer of ours, a callback of Ray Tune's."""

    def __init__(self) -> None:
        self.ends: list[float] = []

    def trial_started(self, trial: TrialRecord) -> None: ...

    def epoch_done(self, trial: TrialRecord, epoch: Epoch) -> None: ...

    def trial_lost(self, trial: TrialRecord, reason: str) -> None: ...

    def trial_ended(self, trial: TrialRecord) -> None:
        self.ends.append(time.perf_counter())

    def on_trial_complete(self, iteration: int, trials: list[Trial], trial: Trial, **info: Any) -> None:
        self.ends.append(time.perf_counter())

    def seconds_a_trial(self, trials: int) -> float:
        assert len(self.ends) == trials
        return (self.ends[-1] - self.ends[0]) / (trials - 1)


def ours(trials: int) -> float:
    """Seconds a trial."""
    clock = Clock()
    with tempfile.TemporaryDirectory() as runs:
        settings = SearchSettings(name="overhead", data=Path("nowhere"))
        folder, record = RunFolder.create(Path(runs), settings, SPEC)
        run_search(folder, record, trials=trials, trainable=DoesNothing, observers=[clock])
    return clock.seconds_a_trial(trials)


def does_nothing(config: dict[str, Any]) -> None:
    tune.report({"accuracy": 0.5 + config["width"] / 10, "params": 1.0, "flops": 1.0})


def rival(trials: int) -> float:
    """Seconds a trial."""
    clock = Clock()
    run_plain_tune(does_nothing, trials, CONCURRENT, clock)
    return clock.seconds_a_trial(trials)


def main() -> None:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    ray.init(num_cpus=CONCURRENT, include_dashboard=False, logging_level=logging.ERROR, log_to_driver=False)
    ours_seconds, rival_seconds = [], []
    for round_number in range(1, ROUNDS + 1):
        ours_seconds.append(ours(OURS))
        rival_seconds.append(rival(RIVALS))
        print(f"round {round_number}: {ours_seconds[-1]:.3f} s a trial, rival {rival_seconds[-1]:.3f} s", flush=True)
    ratios = [theirs / mine for mine, theirs in zip(ours_seconds, rival_seconds, strict=True)]
    figures = {
        "ours_trials_a_minute": spread([60 / seconds for seconds in ours_seconds]),
        "rival_trials_a_minute": spread([60 / seconds for seconds in rival_seconds]),
        "times_as_many": spread(ratios),
        "trials_a_round": {"ours": OURS, "rival": RIVALS},
    }
    save(RESULT_FILE, figures, ["ray", "optuna", "torch"])
    print(RESULT_FILE.read_text())


if __name__ == "__main__":
    main()
