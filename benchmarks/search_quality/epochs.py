"""Searches with early stopping: what matters is not how many networks were tried, but how many epochs were trained."""

import warnings
from collections.abc import Callable
from typing import Literal

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution
from optuna.samplers import BaseSampler
from optuna.trial import TrialState

from benchmarks.search_quality.tables import Table, key_of
from search.optimize.front_stopping import FrontStopping
from search.optimize.optuna_observations import RUNG_SCORES

EPOCHS = 9  # of a whole training in the table
STEPS = (10, 20, 30, 50)  # whole trainings' worth of epochs
_IMAGES = 1157
Stopping = Literal["none", "front", "ASHA"]


def play_epochs(
    table: Table, sampler: BaseSampler, stopping: Stopping, seed: int, *, lead: float = 2.0, rivals: int = 2
) -> dict[int, float]:
    """Runs trials, one at a time, until the last of ``STEPS`` is spent.

    Returns:
        By whole trainings' worth of epochs, the share of the table's hypervolume that completed networks lack.
    """
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore")
    rng = np.random.default_rng(seed)
    row_of = table.rows()
    space = {name: CategoricalDistribution(values) for name, values in table.choices.items()}
    study = optuna.create_study(directions=["maximize", "minimize", "minimize"], sampler=sampler)
    judge = _judge(stopping, table, lead, rivals)
    whole = table.hypervolume(range(len(table.params)))
    complete: list[int] = []
    missing: dict[int, float] = {}
    compute_used = 0
    while True:
        trial = study.ask(space)
        row = row_of[key_of(trial.params)]
        training = int(rng.integers(table.accuracies.shape[1]))
        scores: dict[int, float] = {}
        cost = EPOCHS
        if stopping != "none":
            cost += len(table.rungs)  # the epoch that anneals at each rung
            for rung, accuracies in table.rungs.items():
                scores[rung] = float(accuracies[row, training])
                if judge(trial.number, row, rung, scores[rung]):
                    cost = rung + len(scores)
                    break
        for step in STEPS:
            if compute_used <= step * EPOCHS < compute_used + cost:
                missing[step] = 1 - (table.hypervolume(complete) if complete else 0.0) / whole
        compute_used += cost
        if compute_used > STEPS[-1] * EPOCHS:
            return missing
        trial.set_user_attr(RUNG_SCORES, scores)
        if cost < EPOCHS:
            study.tell(trial, state=TrialState.PRUNED)
        else:
            complete.append(row)
            study.tell(trial, [float(table.accuracies[row, training]), *table.costs[row]])


def _judge(stopping: Stopping, table: Table, lead: float, rivals: int) -> Callable[[int, int, int, float], bool]:
    """Whether a trial (number, row of the table, rung, score) is to stop."""
    if stopping == "front":

        def noise(percent: float) -> float:
            return float(100 * np.sqrt(max(percent, 1) / 100 * (1 - min(percent, 99) / 100) / _IMAGES))

        front = FrontStopping(lead=lead, rivals=rivals)
        return lambda *at: front.judge(at[0], table.costs[at[1]], *at[2:], noise(at[3])) is not None
    seen: dict[int, list[float]] = {}

    def asha(number: int, row: int, rung: int, score: float) -> bool:
        """Li et al., "A System for Massively Parallel Hyperparameter Tuning", MLSys 2020, with a third going on."""
        seen.setdefault(rung, []).append(score)
        return score < float(np.quantile(seen[rung], 2 / 3))

    return asha
