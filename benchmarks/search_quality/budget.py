"""The gain and loss of a search if accuracy at the budgets counts in addition to the hypervolume of the front.

    python -m benchmarks.search_quality.budget --macro nas_bench_macro_cifar10.csv

Tables of trained networks are cut to those within a budget. ``KnownCostSampler`` searches each with several values of
``limit_weight``, from the same seeds. Two figures describe the result: the regret, which is how much more accurate the
best network within the budget is than the one that a user would take home (the highest accuracy that was read), and the
share of the hypervolume that is missing. ``result-budget.json`` gets their means with standard errors, and the same for
the difference from weight 0, paired by seeds.
"""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from statistics import mean, stdev
from typing import Annotated, NamedTuple

import numpy as np
import optuna
import typer
from optuna.distributions import CategoricalDistribution

from benchmarks.report import save
from benchmarks.search_quality.tables import Table, key_of, load_table
from search.optimize.optuna_sampler import KnownCostSampler

HERE = Path(__file__).parent
WEIGHTS = (0.0, 0.25, 1.0, 4.0)
# Tables, and the share of their networks that is within the budget: the cheapest by FLOPs.
TABLES = (("flops", 0.25), ("flops", 0.6), ("params+flops", 0.25), ("params+flops", 0.6), ("ulsam digits", 0.6))
MILESTONES = (14, 30, 60)
PACKAGES = ("optuna", "numpy", "scipy", "moocore")


class Search(NamedTuple):
    """One search: on a table, within a budget that leaves ``share`` of it, with a weight and a seed."""

    table: str
    share: float
    weight: float
    seed: int


class Outcome(NamedTuple):
    """At a milestone: the regret in percentage points, and the missing hypervolume in percent."""

    regret: float
    missing: float


def main(
    macro: Annotated[Path, typer.Option(help="NAS-Bench-Macro as CSV.")],
    seeds: Annotated[int, typer.Option(min=2)] = 20,
    jobs: Annotated[int, typer.Option(min=1)] = 1,
) -> None:
    searches = [
        Search(table, share, weight, seed) for table, share in TABLES for weight in WEIGHTS for seed in range(seeds)
    ]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        outcomes = dict(zip(searches, pool.map(play, searches, [macro] * len(searches)), strict=True))
    rows = []
    for table, share in TABLES:
        for trials in MILESTONES:
            rows += _rows(outcomes, table, share, trials, range(seeds))
    save(HERE / "result-budget.json", {"seeds": seeds, "searches": rows}, PACKAGES)


def within(table: Table, share: float) -> Table:
    """The cheapest ``share`` of a table by its last cost, FLOPs, with a reference a little beyond."""
    budget = np.quantile(table.costs[:, -1], share)
    kept = np.flatnonzero(table.costs[:, -1] <= budget)
    costs = table.costs[kept]
    return replace(
        table,
        params=tuple(table.params[row] for row in kept),
        accuracies=table.accuracies[kept],
        costs=costs,
        reference=(table.reference[0], *(1.05 * costs.max(axis=0))),
        aliases={},
    )


def play(search: Search, macro: Path) -> dict[int, Outcome]:
    """What the search had found at each milestone."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    table = within(load_table(search.table, macro), search.share)
    row_of, rng = table.rows(), np.random.default_rng(search.seed)
    costs = {key_of(params): cost for params, cost in zip(table.params, table.costs, strict=True)}
    sampler = KnownCostSampler(
        table.params,
        known_costs=lambda params: costs[key_of(params)],
        seed=search.seed,
        reference=table.reference,
        limit_weight=search.weight,
    )
    space = {name: CategoricalDistribution(values) for name, values in table.choices.items()}
    study = optuna.create_study(directions=["maximize"] + ["minimize"] * table.costs.shape[1], sampler=sampler)
    means, whole = table.accuracies.mean(axis=1), table.hypervolume(range(len(table.params)))
    read: dict[int, float] = {}
    outcomes = {}
    for trial_number in range(1, MILESTONES[-1] + 1):
        trial = study.ask(space)
        row = row_of[key_of(trial.params)]
        read[row] = float(rng.choice(table.accuracies[row]))
        study.tell(trial, [read[row], *table.costs[row]])
        if trial_number in MILESTONES:
            taken = max(read, key=lambda one: read[one])
            missing = 100 * (1 - table.hypervolume(list(read)) / whole)
            outcomes[trial_number] = Outcome(float(means.max() - means[taken]), missing)
    return outcomes


def _rows(
    outcomes: dict[Search, dict[int, Outcome]], table: str, share: float, trials: int, seeds: Sequence[int]
) -> list[dict[str, object]]:
    rows = []
    for weight in WEIGHTS:
        row: dict[str, object] = {"table": table, "share": share, "trials": trials, "limit_weight": weight}
        for figure in Outcome._fields:
            values = [getattr(outcomes[Search(table, share, weight, seed)][trials], figure) for seed in seeds]
            before = [getattr(outcomes[Search(table, share, 0.0, seed)][trials], figure) for seed in seeds]
            row[figure] = _mean_and_error(values)
            if weight:
                row[f"{figure}_gain"] = _mean_and_error([old - new for old, new in zip(before, values, strict=True)])
        print(row, flush=True)
        rows.append(row)
    return rows


def _mean_and_error(values: Sequence[float]) -> list[float]:
    return [round(mean(values), 3), round(stdev(values) / len(values) ** 0.5, 3)]


if __name__ == "__main__":
    typer.run(main)
