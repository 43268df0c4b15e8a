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
    """Those of full trainings; all, where these are too few to learn from."""
    full = [point for point in known if point.extra_noise == 0]
    return full if len(full) >= FEWEST else known


def values_of(known: Sequence[DesignPoint]) -> Floats:
    """The values, (n,)."""
    return np.array([point.value for point in known], dtype=np.float64)


def spread(values: Floats) -> float:
    """The standard deviation; 1 where all are the same, but for rounding."""
    return float(values.std()) if np.ptp(values) > 1e-9 * np.abs(values).max() else 1.0


def lowest_informative(values: Floats, floor: float | None) -> float:
    """The value that still says "bad"; lower ones are raised to it, since one such would flatten all other differences.

    It is three times as far below the median as the upper quartile is above it. The first trials, spread over the
    space, set that: later ones are good, and below these a front still has its cheap end. Nothing above ``floor`` is
    raised to it.
    """
    middle, upper = np.quantile(values[:_FIRST], [0.5, 0.75])
    if upper <= middle:
        return -inf
    lowest = float(middle - _FAR * (upper - middle))
    return lowest if floor is None else min(lowest, floor)
