"""Optuna's distributions as a set of candidates, and a set's choices as Optuna's distributions."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import product
from math import prod
from typing import Any

from numpy.random import Generator
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from search.strategy.candidates import Params

_MOST_VALUES = 10_000  # of one parameter; each is a row in memory


class GridSpace:
    """Every combination of values of Optuna distributions: categorical, integer, and float with a step.

    Raises:
        ValueError: a distribution has no finite number of values, or more than ten thousand.
    """

    def __init__(self, distributions: Mapping[str, BaseDistribution]) -> None:
        self.choices = {name: values_of(name, distribution) for name, distribution in distributions.items()}

    def every(self, limit: int) -> Sequence[Params] | None:
        if prod(len(values) for values in self.choices.values()) > limit:
            return None
        return [dict(zip(self.choices, values, strict=True)) for values in product(*self.choices.values())]

    def draw(self, rng: Generator) -> Params:
        return {name: values[rng.integers(len(values))] for name, values in self.choices.items()}

    def neighbours(self, params: Params) -> Iterator[Params]:
        for name, values in self.choices.items():
            for value in values:
                if value != params[name]:
                    yield {**params, name: value}


def categorical(choices: Mapping[str, Sequence[Any]]) -> dict[str, BaseDistribution]:
    """The values of each parameter as a distribution of Optuna's."""
    return {name: CategoricalDistribution(values) for name, values in choices.items()}


def settled(value: Any, distribution: BaseDistribution) -> Any:
    """``value`` as candidates have it: Optuna's random sampler says 0.6000000000000001 where it counts steps of 0.1."""
    if isinstance(distribution, FloatDistribution) and distribution.step is not None:
        return _at_step(distribution, round((value - distribution.low) / distribution.step))
    return value


def values_of(name: str, distribution: BaseDistribution) -> tuple[Any, ...]:
    """The values that the parameter ``name`` may take.

    Raises:
        ValueError: their number is not finite, or more than ten thousand.
    """
    if isinstance(distribution, CategoricalDistribution):
        return tuple(distribution.choices)
    if not isinstance(distribution, IntDistribution | FloatDistribution) or distribution.step is None:
        steps = "" if getattr(distribution, "log", False) else "give it a step (step=...) or "
        raise ValueError(
            f"{name}: expected categories, integers or floats with a step, got {distribution}; "
            f"{steps}list its values as categories (suggest_categorical)"
        )
    count = round((distribution.high - distribution.low) / distribution.step) + 1
    if count > _MOST_VALUES:
        raise ValueError(f"{name}: expected up to {_MOST_VALUES:,} values, got {count:,}; choose a larger step")
    return tuple(_at_step(distribution, number) for number in range(count))


def _at_step(distribution: IntDistribution | FloatDistribution, number: int) -> int | float:
    if isinstance(distribution, IntDistribution):
        return distribution.low + number * distribution.step
    # In decimals, as Optuna itself mostly counts: 3 * 0.1 is not 0.3.
    return float(Decimal(str(distribution.low)) + number * Decimal(str(distribution.step)))
