"""Is the estimated hypervolume gap right? Compares the estimate with the true gap on a table."""

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution

from benchmarks.search_quality.tables import Table, key_of
from search import KnownCostSampler
from search.optimize.hypervolume_gap_estimate import estimate_hypervolume_gap

LOOKS = (20, 40, 60, 80)


def finish_line(table: Table, seeds: int) -> list[dict[str, float]]:
    """By trials: the mean estimate, the mean truth, and in how many of ``seeds`` searches the bound held."""
    looks: dict[int, list[tuple[float, float, float]]] = {trials: [] for trials in LOOKS}
    for seed in range(seeds):
        for trials, look in _search(table, seed).items():
            looks[trials].append(look)
    return [
        {
            "trials": trials,
            "searches": seeds,
            "expected": float(np.mean([expected for expected, _, _ in found])),
            "at_most": float(np.mean([upper for _, upper, _ in found])),
            "truth": float(np.mean([truth for _, _, truth in found])),
            "bound_held": sum(truth <= upper for _, upper, truth in found),
        }
        for trials, found in looks.items()
    ]


def _search(table: Table, seed: int) -> dict[int, tuple[float, float, float]]:
    """After each of ``LOOKS``: expected, upper and true share that untried networks add."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    rows, rng = table.rows(), np.random.default_rng(seed)
    space = {name: CategoricalDistribution(values) for name, values in table.choices.items()}
    sampler = KnownCostSampler(
        table.params, known_costs=lambda params: table.costs[rows[key_of(params)]], seed=seed, reference=table.reference
    )
    study = optuna.create_study(directions=["maximize"] + ["minimize"] * table.costs.shape[1], sampler=sampler)
    whole = table.hypervolume(range(len(table.params)))
    tried: list[int] = []
    found = {}
    for count in range(1, LOOKS[-1] + 1):
        trial = study.ask(space)
        tried.append(rows[key_of(trial.params)])
        study.tell(trial, [float(rng.choice(table.accuracies[tried[-1]])), *table.costs[tried[-1]]])
        if count in LOOKS:
            pool_state = sampler.pool_state(study)
            remaining = None if pool_state is None else estimate_hypervolume_gap(pool_state)
            assert remaining is not None, "twenty trials tell something"
            now = table.hypervolume(tried)
            found[count] = (remaining.mean, remaining.upper, (whole - now) / now)
    return found
