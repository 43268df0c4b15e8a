"""Pareto fronts and the hypervolume they cover, for accuracy (higher is better) and costs (lower is better)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import moocore
import numpy as np
from numpy.typing import NDArray

from search.optimize.objective import Objective

# 1 for an objective that is maximised: accuracy first, then any number of costs.
Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferencePoint:
    """The worst values that still count; fixed for a study before it starts.

    Hypervolumes with the same reference point can be compared, others can't.

    Attributes:
        value: of the metric that is maximised, from 0 to 1.
        costs: by name, those that the study minimises, in the order of its objectives.
    """

    value: float
    costs: Mapping[str, int]

    @property
    def values(self) -> tuple[float, ...]:
        """The metric's value, then the costs in their order."""
        return self.value, *self.costs.values()

    def to_dict(self, objectives: Sequence[Objective]) -> dict[str, float]:
        """Returns the values by the names of the study's ``objectives``, for JSON that is shown."""
        return {objective.name: value for objective, value in zip(objectives, self.values, strict=True)}

    def describe(self, objectives: Sequence[Objective]) -> str:
        """Returns the point in words, with the labels of ``objectives``.

        For example ``accuracy 10.0%, 2,750,000 parameters, 44,000,000 FLOPs``.

        Args:
            objectives: the metric, then the costs of the point.
        """
        first, *others = objectives
        costs = (f"{self.costs[cost.name]:,} {cost.label}" for cost in others)
        return ", ".join((f"{first.label} {self.value:.1%}", *costs))


def non_dominated(points: Sequence[Sequence[float]]) -> list[bool]:
    """Returns which points no other point beats: n booleans.

    One point beats another when it is nowhere worse and somewhere better; of equal points none beats the other.

    Args:
        points: (n, 1 + costs): accuracy, then costs.
    """
    if not points:
        return []
    data: Points = np.asarray(points, dtype=np.float64)
    maximise = [True] + [False] * (data.shape[1] - 1)
    keep = moocore.is_nondominated(data, maximise=maximise, keep_weakly=True)
    return [bool(kept) for kept in keep]


def hypervolume(points: Sequence[Sequence[float]], reference: ReferencePoint) -> float:
    """Returns the share, 0 to 1, of the box between ``reference`` and the ideal that ``points`` dominate.

    The ideal is accuracy 1 at no cost. Zitzler and Thiele, "Multiobjective Evolutionary Algorithms", 1999,
    https://doi.org/10.1109/4235.797969

    Args:
        points: (n, 1 + costs): accuracy, then the costs of the reference in its order; a point beyond it adds nothing.
        reference: the worst accuracy and the highest costs that count.
    """
    if not points:
        return 0.0
    data: Points = np.asarray(points, dtype=np.float64)
    losses = np.column_stack([(1 - data[:, 0]) / (1 - reference.value), data[:, 1:] / reference.values[1:]])
    return float(moocore.hypervolume(losses, ref=np.ones(losses.shape[1])))
