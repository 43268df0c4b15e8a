"""How long a proposal takes when a study is long and its space is large."""

import time
from collections.abc import Mapping

import numpy as np
import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution

from benchmarks.report import spread
from search import KnownCostSampler

TRIALS = 500
_LAYERS, _OPS, _WIDTHS = 6, 5, 4  # 5**6 * 4 = 62,500 candidates
_MEASURED = 30


def proposal_time() -> dict[str, object]:
    """Seconds from ``ask`` to its answer after 500 trials, with one and with two known costs."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return {f"{costs} known": _measure(costs) for costs in (1, 2)}


def _measure(costs: int) -> dict[str, object]:
    space: dict[str, BaseDistribution] = {
        f"layer_{layer}": CategoricalDistribution([f"op {op}" for op in range(_OPS)]) for layer in range(_LAYERS)
    }
    space["width"] = CategoricalDistribution([0.25, 0.5, 0.75, 1.0])
    rng = np.random.default_rng(0)
    gains, prices = rng.random((2, _LAYERS, _OPS))

    def known(params: Mapping[str, object]) -> tuple[float, ...]:
        ops = [int(str(params[f"layer_{layer}"]).removeprefix("op ")) for layer in range(_LAYERS)]
        price = float(params["width"]) * (1 + sum(prices[layer, op] for layer, op in enumerate(ops)))  # type: ignore[arg-type]
        return (price, price**2)[:costs]

    def accuracy(params: Mapping[str, object]) -> float:
        ops = [int(str(params[f"layer_{layer}"]).removeprefix("op ")) for layer in range(_LAYERS)]
        gain = sum(gains[layer, op] for layer, op in enumerate(ops)) + float(params["width"])  # type: ignore[arg-type]
        return float(gain + 0.05 * rng.standard_normal())

    sampler = KnownCostSampler(space, known_costs=known)
    study = optuna.create_study(directions=["maximize"] + ["minimize"] * costs, sampler=sampler)
    for _ in range(TRIALS):
        params = {name: values.choices[rng.integers(len(values.choices))] for name, values in space.items()}  # type: ignore[attr-defined]
        trial = optuna.trial.create_trial(params=params, distributions=space, values=[accuracy(params), *known(params)])
        study.add_trial(trial)
    seconds = []
    for _ in range(_MEASURED + 1):
        start = time.perf_counter()
        trial = study.ask(space)
        seconds.append(time.perf_counter() - start)
        study.tell(trial, [accuracy(trial.params), *known(trial.params)])
    first, *later = seconds
    return {
        "candidates": _OPS**_LAYERS * _WIDTHS,
        "trials": TRIALS,
        "first_with_fit_and_enumeration": first,
        "seconds": spread(later),
        "mean": float(np.mean(later)),
    }
