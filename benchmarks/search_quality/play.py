"""Plays a search on a table: sequential, or with many trials at once that end in another order."""

import heapq
import time
import warnings
from dataclasses import dataclass

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution
from optuna.samplers import BaseSampler

from benchmarks.search_quality.tables import Table, key_of

MILESTONES = (20, 30, 50, 75, 100, 200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Game:
    """What became of one search.

    Attributes:
        missing: by milestone, the share of the whole table's hypervolume that the networks tried so far lack.
        seconds: that the sampler took in all.
        repeats: trials spent on a network tried before.
    """

    missing: dict[int, float]
    seconds: float
    repeats: int


def play(table: Table, sampler: BaseSampler, *, trials: int, at_once: int, seed: int) -> Game:
    """Runs ``trials`` trials, ``at_once`` of them at a time; each reads one training's accuracy at random."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore")
    rng = np.random.default_rng(seed)
    row_of = table.rows()
    space = {name: CategoricalDistribution(values) for name, values in table.choices.items()}
    study = optuna.create_study(directions=["maximize"] + ["minimize"] * table.costs.shape[1], sampler=sampler)
    running: list[tuple[float, int, optuna.Trial, int]] = []
    trained: list[int] = []
    missing: dict[int, float] = {}
    whole = table.hypervolume(range(len(table.params)))
    clock, seconds, asked, repeats = 0.0, 0.0, 0, 0
    while len(trained) < trials:
        while asked < trials and len(running) < at_once:
            start = time.perf_counter()
            trial = study.ask(space)
            seconds += time.perf_counter() - start
            row = row_of[key_of(trial.params)]
            repeats += row in trained or row in {other for *_, other in running}
            heapq.heappush(running, (clock + rng.uniform(0.5, 1.5), asked, trial, row))
            asked += 1
        clock, _, trial, row = heapq.heappop(running)
        start = time.perf_counter()
        study.tell(trial, [float(rng.choice(table.accuracies[row])), *table.costs[row]])
        seconds += time.perf_counter() - start
        trained.append(row)
        if len(trained) in MILESTONES:
            missing[len(trained)] = 1 - table.hypervolume(trained) / whole
    return Game(missing=missing, seconds=seconds, repeats=repeats)
