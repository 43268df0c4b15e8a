"""The sets of candidates that a sampler may choose from."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import product
from math import prod
from typing import Any, Protocol

from numpy.random import Generator
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

Params = Mapping[str, Any]
Key = tuple[Any, ...]


class SpaceExhaustedError(Exception):
    """Every candidate has been proposed."""


class Space(Protocol):
    """A set of candidates."""

    @property
    def choices(self) -> Mapping[str, Sequence[Any]]:
        """Every parameter with the values it may take."""

    def every(self, limit: int) -> Sequence[Params] | None:
        """All candidates, always in the same order; None where there are more than ``limit``."""

    def draw(self, rng: Generator) -> Params:
        """A candidate at random."""

    def neighbours(self, params: Params) -> Iterator[Params]:
        """The candidates that differ from ``params`` in one choice."""


class ListedSpace:
    """Candidates listed by the user; they need not have the same parameters."""

    def __init__(self, candidates: Sequence[Params]) -> None:
        if not candidates:
            raise ValueError("candidates: expected at least one")
        names = dict.fromkeys(name for params in candidates for name in params)
        self.choices = {name: tuple(dict.fromkeys(params.get(name) for params in candidates)) for name in names}
        self._candidates = list({key_of(params, self.choices): params for params in candidates}.values())

    def every(self, limit: int) -> Sequence[Params]:
        """All of them, whatever the limit: they are in memory already."""
        return self._candidates

    def draw(self, rng: Generator) -> Params:
        return self._candidates[rng.integers(len(self._candidates))]

    def neighbours(self, params: Params) -> Iterator[Params]:
        return iter(())


class GridSpace:
    """Every combination of values of Optuna distributions: categorical, integer, and float with a step.

    Raises:
        ValueError: a distribution has no finite number of values.
    """

    def __init__(self, distributions: Mapping[str, BaseDistribution]) -> None:
        self.choices = {name: _values(name, distribution) for name, distribution in distributions.items()}

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


def key_of(params: Params, choices: Mapping[str, Sequence[Any]]) -> Key:
    """What two equal candidates have in common."""
    return tuple(params.get(name) for name in choices)


def _values(name: str, distribution: BaseDistribution) -> tuple[Any, ...]:
    if isinstance(distribution, CategoricalDistribution):
        return tuple(distribution.choices)
    if isinstance(distribution, IntDistribution):
        return tuple(range(distribution.low, distribution.high + 1, distribution.step))
    if isinstance(distribution, FloatDistribution) and distribution.step is not None:
        steps = round((distribution.high - distribution.low) / distribution.step)
        # In decimals, as Optuna itself counts: 3 * 0.1 is not 0.3.
        low, step = Decimal(str(distribution.low)), Decimal(str(distribution.step))
        return tuple(float(low + number * step) for number in range(steps + 1))
    raise ValueError(f"{name}: expected categories, integers or floats with a step, got {distribution}")
