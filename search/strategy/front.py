"""Pareto fronts and the hypervolume they cover, for accuracy (higher is better) and costs (lower is better)."""

from collections.abc import Sequence
from dataclasses import dataclass

import moocore
import numpy as np
from numpy.typing import NDArray

# 1 for an objective that is maximised: accuracy first, then any number of costs.
Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferencePoint:
    """The worst values that still count; fixed for a study before it starts.

    Hypervolumes with the same reference point can be compared, others can't.
    """

    accuracy: float
    params: int
    flops: int

    def __str__(self) -> str:
        return f"accuracy {self.accuracy:.1%}, {self.params:,} parameters, {self.flops:,} FLOPs"


def non_dominated(points: Sequence[Sequence[float]]) -> list[bool]:
    """Which points no other point beats.

    Args:
        points: (n, 1 + costs): accuracy, then costs. One point beats another when it is nowhere worse and
            somewhere better; of equal points none beats the other.

    Returns:
        n booleans.
    """
    if not points:
        return []
    data: Points = np.asarray(points, dtype=np.float64)
    maximise = [True] + [False] * (data.shape[1] - 1)
    keep = moocore.is_nondominated(data, maximise=maximise, keep_weakly=True)
    return [bool(kept) for kept in keep]


def hypervolume(points: Sequence[tuple[float, int, int]], reference: ReferencePoint) -> float:
    """The share, from 0 to 1, of the box between ``reference`` and the ideal that ``points`` dominate.

    The ideal is accuracy 1 at no cost. Points are (accuracy, params, flops); those beyond the reference
    add nothing.

    Zitzler and Thiele, "Multiobjective Evolutionary Algorithms", 1999, https://doi.org/10.1109/4235.797969
    """
    if not points:
        return 0.0
    data: Points = np.asarray(points, dtype=np.float64)
    losses = np.column_stack(
        [
            (1 - data[:, 0]) / (1 - reference.accuracy),
            data[:, 1] / reference.params,
            data[:, 2] / reference.flops,
        ]
    )
    return float(moocore.hypervolume(losses, ref=np.ones(3)))
