"""Studies of a made-up objective with known costs."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, IntDistribution
from optuna.samplers import BaseSampler
from optuna.trial import Trial

Params = Mapping[str, Any]
Distributions = dict[str, BaseDistribution]
Proposal = tuple[Any, ...]

SMALL: Distributions = {"a": IntDistribution(0, 2), "b": IntDistribution(0, 2)}  # 9
MIDDLE: Distributions = {  # 144
    "a": IntDistribution(0, 5),
    "b": IntDistribution(0, 5),
    "c": CategoricalDistribution(["no", "some", "more", "all"]),
}
KINDS = {"no": 0.0, "some": 0.3, "more": 0.1, "all": 0.4}


def accuracy(params: Params) -> float:
    return 0.5 + 0.04 * params["a"] - 0.01 * (params["b"] - 3) ** 2 + 0.3 * KINDS[params.get("c", "no")]


def size(params: Params) -> float:
    return float(1 + params["a"] + 2 * params["b"] + 3 * KINDS[params.get("c", "no")])


def work(params: Params) -> float:
    return float(3 + params["b"] - 0.4 * params["a"] + 10 * KINDS[params.get("c", "no")])


def one_cost(params: Params) -> tuple[float]:
    return (size(params),)


def two_costs(params: Params) -> tuple[float, float]:
    return size(params), work(params)


def a_study(sampler: BaseSampler, directions: Sequence[str] = ("maximize", "minimize"), **more: Any) -> optuna.Study:
    return optuna.create_study(directions=list(directions), sampler=sampler, **more)


def ask(study: optuna.Study, space: Distributions) -> Trial:
    """A trial with all its parameters, as an objective would suggest them."""
    return study.ask(space)


def proposals(study: optuna.Study) -> list[Proposal]:
    return [tuple(trial.params[name] for name in sorted(trial.params)) for trial in study.trials]


def searched(
    sampler: BaseSampler, count: int, space: Distributions = MIDDLE, known: Callable[[Params], Any] = one_cost
) -> optuna.Study:
    """A study of ``count`` trials, with ask and tell one after another."""
    study = a_study(sampler, ["maximize"] + ["minimize"] * len(known({"a": 0, "b": 0})))
    for _ in range(count):
        trial = ask(study, space)
        study.tell(trial, (accuracy(trial.params), *known(trial.params)))
    return study


def objective(space: Distributions) -> Callable[[Trial], tuple[float, float]]:
    """For ``study.optimize``."""

    def measure(trial: Trial) -> tuple[float, float]:
        params = {
            name: trial.suggest_categorical(name, values.choices)
            if isinstance(values, CategoricalDistribution)
            else trial.suggest_int(name, values.low, values.high)
            for name, values in space.items()
            if isinstance(values, CategoricalDistribution | IntDistribution)
        }
        return accuracy(params), size(params)

    return measure


def states(study: optuna.Study) -> Counter[str]:
    return Counter(trial.state.name for trial in study.trials)
