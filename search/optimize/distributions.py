"""Optuna's distributions as a set of candidates, and a set's choices as Optuna's distributions."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import product
from math import prod
from typing import Any

from numpy.random import Generator
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from search.optimize.candidates import Params

_MOST_VALUES = 10_000  # of one parameter; each is a row in memory


class EndlessParameterError(ValueError):
    """A parameter has no finite number of values.

    Attributes:
        name: of the parameter.
        distribution: of its values.
        can_step: whether a step would make their number finite; Optuna has no logarithmic ones.
    """

    def __init__(self, name: str, distribution: BaseDistribution) -> None:
        super().__init__(name, distribution)
        self.name = name
        self.distribution = distribution
        self.can_step = not getattr(distribution, "log", False)

    def __str__(self) -> str:
        steps = "give it a step (step=...) or " if self.can_step else ""
        return (
            f"{self.name}: expected categories, integers or floats with a step, got {self.distribution}; "
            f"{steps}list its values as categories (suggest_categorical)"
        )


class TooManyValuesError(ValueError):
    """A parameter has too many values to list.

    Attributes:
        name: of the parameter.
        count: of its values.
    """

    def __init__(self, name: str, count: int) -> None:
        super().__init__(name, count)
        self.name = name
        self.count = count

    def __str__(self) -> str:
        return f"{self.name}: expected up to {_MOST_VALUES:,} values, got {self.count:,}; choose a larger step"


class GridSpace:
    """Every combination of values of Optuna distributions: categorical, integer, and float with a step.

    Raises:
        EndlessParameterError: a distribution has no finite number of values.
        TooManyValuesError: it has more than ten thousand.
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
    """Returns the values of each parameter as an Optuna distribution."""
    return {name: CategoricalDistribution(values) for name, values in choices.items()}


def settled(value: Any, distribution: BaseDistribution) -> Any:
    """Returns ``value`` rounded to a step of its distribution, as candidates have it.

    Optuna's random sampler returns 0.6000000000000001 where candidates have 0.6.

    Args:
        value: of one parameter, as an Optuna sampler draws it.
        distribution: of the parameter; one without steps leaves the value as it is.
    """
    if isinstance(distribution, FloatDistribution) and distribution.step is not None:
        return _at_step(distribution, round((value - distribution.low) / distribution.step))
    return value


def values_of(name: str, distribution: BaseDistribution) -> tuple[Any, ...]:
    """Returns the values that a parameter may take, in the order of its distribution.

    Args:
        name: of the parameter, for error messages.
        distribution: categories, integers, or floats with a step.

    Raises:
        EndlessParameterError: the number of values is not finite.
        TooManyValuesError: the number of values is above ten thousand.
    """
    if isinstance(distribution, CategoricalDistribution):
        return tuple(distribution.choices)
    if not isinstance(distribution, IntDistribution | FloatDistribution) or distribution.step is None:
        raise EndlessParameterError(name, distribution)
    count = round((distribution.high - distribution.low) / distribution.step) + 1
    if count > _MOST_VALUES:
        raise TooManyValuesError(name, count)
    return tuple(_at_step(distribution, number) for number in range(count))


def _at_step(distribution: IntDistribution | FloatDistribution, number: int) -> int | float:
    if isinstance(distribution, IntDistribution):
        return distribution.low + number * distribution.step
    # In decimals, as Optuna itself mostly counts: 3 * 0.1 is not 0.3.
    return float(Decimal(str(distribution.low)) + number * Decimal(str(distribution.step)))
