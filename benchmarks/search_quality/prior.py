"""What a cheap score of every network saves a search, by how well it ranks them: on NAS-Bench-Macro.

    python -m benchmarks.search_quality.prior --macro nas_bench_macro_cifar10.csv [--jobs 2]

The prior of a network is made up: the normal score of its accuracy's rank, mixed with noise so that Kendall's tau with
the accuracies is as wanted. Each game draws another noise. Games that are over are kept in the memory file.
"""

import argparse
import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from math import pi, sin, sqrt
from multiprocessing import get_context
from pathlib import Path
from statistics import mean, stdev

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kendalltau, norm, rankdata

from benchmarks.report import save
from benchmarks.search_quality.play import play
from benchmarks.search_quality.tables import Table, key_of, nas_bench_macro
from search.optimize.candidates import Params
from search.optimize.optuna_sampler import KnownCostSampler

HERE = Path(__file__).parent
TAUS = (None, 0.6, 0.15, 0.0)  # None: no prior at all
MILESTONES = (20, 30, 50)
SEEDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorGame:
    """A game to play: Kendall's tau of the prior, None without one, and the trials at once."""

    tau: float | None
    at_once: int
    seed: int


def made_up_prior(table: Table, tau: float, seed: int) -> NDArray[np.float64]:
    """A score of each network whose Kendall's tau with its accuracy is about ``tau``, (n,)."""
    accuracy = table.accuracies.mean(axis=1)
    scores = norm.ppf((rankdata(accuracy) - 0.5) / len(accuracy))
    correlation = sin(pi / 2 * tau)  # of two normal variables with that tau
    noise = np.random.default_rng([seed, 1]).standard_normal(len(accuracy))
    prior: NDArray[np.float64] = correlation * scores + sqrt(1 - correlation**2) * noise
    return prior


def play_one(game: PriorGame, macro: Path, trials: int) -> dict[str, object]:
    """The share of the hypervolume that is missing at each milestone, and the prior's true tau."""
    import torch

    torch.set_num_threads(1)
    table = nas_bench_macro(macro)
    rows = table.rows()
    prior = None if game.tau is None else made_up_prior(table, game.tau, game.seed)

    def cost_of(params: Params) -> float:
        return float(table.costs[rows[key_of(params)], 0])

    def prior_of(params: Params) -> float:
        assert prior is not None
        return float(prior[rows[key_of(params)]])

    sampler = KnownCostSampler(
        list(table.params),
        known_costs=cost_of,
        seed=game.seed,
        reference=table.reference,
        prior=None if prior is None else prior_of,
    )
    played = play(table, sampler, trials=trials, at_once=game.at_once, seed=game.seed)
    tau = None if prior is None else float(kendalltau(prior, table.accuracies.mean(axis=1)).statistic)
    return {"missing": {str(at): played.missing[at] for at in MILESTONES if at <= trials}, "tau": tau}


def main() -> None:
    options = argparse.ArgumentParser(prog="benchmarks.search_quality.prior")
    options.add_argument("--macro", type=Path, required=True, help="NAS-Bench-Macro as CSV")
    options.add_argument("--memory", type=Path, default=HERE / "prior-games.jsonl", help="games that are over")
    options.add_argument("--jobs", type=int, default=1)
    options.add_argument("--seeds", type=int, default=SEEDS)
    options.add_argument("--trials", type=int, default=MILESTONES[-1])
    options.add_argument("--taus", type=float, nargs="*", help="-1: no prior (default: all)")
    options.add_argument("--at-once", type=int, nargs="*", default=[1, 16])
    chosen = options.parse_args()
    taus = TAUS if chosen.taus is None else [None if tau < 0 else tau for tau in chosen.taus]
    games = [
        PriorGame(tau=tau, at_once=at_once, seed=seed)
        for seed in range(chosen.seeds)
        for at_once in chosen.at_once
        for tau in taus
    ]
    over = _remembered(chosen.memory)
    todo = [game for game in games if game not in over]
    with ProcessPoolExecutor(chosen.jobs, mp_context=get_context("spawn")) as pool, chosen.memory.open("a") as file:
        play_it = partial(play_one, macro=chosen.macro, trials=chosen.trials)
        for game, result in zip(todo, pool.map(play_it, todo), strict=True):
            over[game] = result
            file.write(json.dumps({"game": asdict(game), "result": result}) + "\n")
            file.flush()
    figures = [
        {"tau": tau, "at_once": at_once, **_summary([over[game] for game in games if (game.tau, game.at_once) == key])}
        for key in dict.fromkeys((game.tau, game.at_once) for game in games)
        for tau, at_once in [key]
    ]
    for one in figures:
        print(one)
    save(HERE / "result-prior.json", {"missing": figures}, ("torch", "optuna", "botorch", "gpytorch", "numpy"))


def _remembered(path: Path) -> dict[PriorGame, dict[str, object]]:
    lines = path.read_text().splitlines() if path.exists() else []
    return {PriorGame(**one["game"]): one["result"] for one in map(json.loads, lines)}


def _summary(results: list[dict[str, object]]) -> dict[str, object]:
    """Mean and standard error by milestone."""
    shares = [result["missing"] for result in results]
    found: dict[str, object] = {"n": len(results)}
    for at in shares[0]:  # type: ignore[attr-defined]
        values = [share[at] for share in shares]  # type: ignore[index]
        found[at] = {"mean": mean(values), "error": stdev(values) / sqrt(len(values)) if len(values) > 1 else None}
    return found


if __name__ == "__main__":
    main()
