"""Observations as a Gaussian process takes them: candidates by their rows, and the scale that their values set."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from search.optimize.hyperparameters import FEWEST

Floats = NDArray[np.float64]

_FIRST, _FAR = 10, 3.0


@dataclass(frozen=True, slots=True)
class DesignPoint:
    """One observation of a candidate's value, by its row.

    Attributes:
        candidate: its row in the features.
        value: of what is maximised; None: there is none.
        awaited: whether a value is to come, since the candidate is being trained.
        extra_noise: variance of the value beyond that of a full training; 0 for a full training.
    """

    candidate: int
    value: float | None
    extra_noise: float = 0.0
    awaited: bool = False


def full_trainings(known: list[DesignPoint]) -> list[DesignPoint]:
    """Returns the design points of full trainings; all of ``known`` where those are too few to learn from."""
    full = [point for point in known if point.extra_noise == 0]
    return full if len(full) >= FEWEST else known


def values_of(known: Sequence[DesignPoint]) -> Floats:
    """Returns the values of ``known``, (n,); every design point has one."""
    return np.array([point.value for point in known], dtype=np.float64)


def spread(values: Floats) -> float:
    """Returns the standard deviation of ``values``; 1 where all are the same, but for rounding."""
    return float(values.std()) if np.ptp(values) > 1e-9 * np.abs(values).max() else 1.0


def lowest_informative(values: Floats, floor: float | None) -> float:
    """Returns the lowest value that the surrogate distinguishes; callers raise lower ones to it.

    One very low value would flatten all other differences. The bound lies three times as far below the median as the
    upper quartile lies above it, both of the first ten values. These trials are spread over the space. Later trials
    score high, and the cheap end of a front scores below them.

    Args:
        values: (n,), in the order of the trials, at least one; higher is better.
        floor: the bound is never above it; None: no such limit.

    Returns:
        The bound; minus infinity where the median is also the upper quartile, so that nothing is raised.
    """
    middle, upper = np.quantile(values[:_FIRST], [0.5, 0.75])
    if upper <= middle:
        return -inf
    lowest = float(middle - _FAR * (upper - middle))
    return lowest if floor is None else min(lowest, floor)
