"""10,000 trials, and a space of a million networks: what a search adds to its trainings, and how that grows.

    python -m benchmarks.scale [--trials 10000] [--concurrent 16] [--seconds 1] [--rival-trials 96]

The trainings sleep for a second, 16 at once, as in Ray's own release test of Tune (10,000 trials in 715 s, 625 being
ideal). Ours is an ordinary launch with its record in SQLite, its mirror in MLflow and its terminal output. Its sampler
draws at random, because the time of other proposals is measured separately. The rival starts one process for each
trial, and therefore runs fewer trials.
"""

import argparse
import logging
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import optuna
import ray

from benchmarks.report import save
from benchmarks.scale.growth import Growth, sleep_through
from benchmarks.scale.proposals import proposal_seconds
from benchmarks.scale.rival import rival_seconds

PROPOSALS_AFTER = (100, 300, 1_000, 3_000, 10_000)
RAYS_OWN = 715 / 625


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--concurrent", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--rival-trials", type=int, default=96)
    options = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    os.environ["SCALE_SECONDS"] = str(options.seconds)
    ray.init(num_cpus=options.concurrent, include_dashboard=False, logging_level=logging.ERROR, log_to_driver=False)
    growth = sleep_through(options.trials, options.concurrent, options.seconds)
    theirs = rival_seconds(options.rival_trials, options.concurrent)
    ray.shutdown()
    figures = {
        "trials": options.trials,
        "at_once": options.concurrent,
        "seconds_of_a_training": options.seconds,
        "of_the_ideal": growth[-1].seconds / ideal(options.trials, options),
        "rays_own_of_the_ideal": RAYS_OWN,
        "rival_of_the_ideal": theirs / ideal(options.rival_trials, options),
        "rival_trials": options.rival_trials,
        "slopes_by_1000_trials": slopes(growth, options.seconds / options.concurrent),
        "growth": [asdict(note) for note in growth],
        "proposals": proposal_seconds([after for after in PROPOSALS_AFTER if after <= options.trials]),
    }
    path = Path(__file__).with_name("result.json")
    save(path, figures, ["ray", "optuna", "mlflow", "torch"])
    print(path.read_text())


def ideal(trials: int, options: argparse.Namespace) -> float:
    """Seconds that the trainings alone would take."""
    return float(trials * options.seconds / options.concurrent)


def slopes(growth: Sequence[Growth], ideal_seconds: float) -> dict[str, float]:
    """What 1,000 trials more add: to the driver's memory, to the record, and to a trial's own overhead."""
    trials = np.array([0, *(note.trials for note in growth)])
    seconds = np.diff([0.0, *(note.seconds for note in growth)]) / np.diff(trials) - ideal_seconds
    middles = (trials[1:] + trials[:-1]) / 2

    def slope(x: np.ndarray, values: Sequence[float]) -> float:
        return float(1000 * np.polyfit(x, values, 1)[0])

    return {
        "driver_bytes": slope(trials[1:], [note.driver_bytes for note in growth]),
        "record_bytes": slope(trials[1:], [note.record_bytes for note in growth]),
        "overhead_seconds_a_trial": slope(middles, seconds.tolist()),
    }


if __name__ == "__main__":
    main()
