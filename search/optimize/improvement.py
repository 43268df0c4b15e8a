"""Expected hypervolume improvement where all objectives but one are known: closed forms.

A network of exact costs ``c`` and value ``y`` adds to the front the volume of all cost limits ``t >= c`` at which
it beats the front's value ``f(t)``, the best within ``t``:

    HVI(y) = integral over t >= c of max(0, y - f(t)) dt

``f`` is a step function, so for a normal ``y`` the expectation is a finite sum over its steps:

    EHVI = sum over cells j of  A_j(c) * EI(f_j),    EI(f) = s * (z * Phi(z) + phi(z)),  z = (mean - f) / s

where ``A_j(c)`` is how much of cell j lies beyond ``c``: a length for one known cost, an area for two. Every limit
counts alike in it, so networks far below the limits of the reference point, which gain at nearly all ``t``, gain most.
Where a user has named a budget, the value at the budget counts more than that at one of many lower limits: a point mass
``w`` at the reference point ``r`` adds ``w * max(0, y - f(r))``, and ``w * EI(f(r))`` to the expectation. The general
case, all objectives uncertain, is Emmerich, Giannakoglou, Naujoks, "Single- and multiobjective evolutionary
optimization assisted by Gaussian random field metamodels", 2006, https://doi.org/10.1109/TEVC.2005.859463

Everywhere here the value is maximised, costs are minimised, and what is beyond the reference point counts for nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_BATCH = 256


@dataclass(frozen=True)
class Staircase:
    """The front's value at every limit on the costs.

    Attributes:
        edges: for each cost, where ``f`` may step, ascending, from minus infinity to the reference.
        levels: value by cell, one axis a cost: cell i of a cost reaches from ``edges[i]`` to ``edges[i + 1]``.
    """

    edges: tuple[Floats, ...]
    levels: Floats

    @classmethod
    def of(cls, values: Floats, costs: Floats, reference: Floats) -> "Staircase":
        """Returns the staircase of n networks.

        Args:
            values: (n,); higher is better.
            costs: (n, 1 or 2); lower is better.
            reference: the worst value that counts, then the highest costs, (1 + 1 or 2,).
        """
        floor, limits = reference[0], reference[1:]
        counts = (values > floor) & (costs < limits).all(axis=1)
        values, costs = values[counts], costs[counts]
        edges = tuple(np.concatenate([[-np.inf], np.unique(costs[:, d]), [limit]]) for d, limit in enumerate(limits))
        levels = np.full([len(edge) - 1 for edge in edges], floor)
        np.maximum.at(levels, tuple(np.searchsorted(edge, costs[:, d]) for d, edge in enumerate(edges)), values)
        for dimension in range(len(limits)):
            levels = np.maximum.accumulate(levels, axis=dimension)
        return cls(edges, levels)

    @property
    def best(self) -> float:
        """The best value of all networks that count: ``f`` at the reference's own costs."""
        return float(self.levels.flat[-1])

    def level_at(self, costs: Floats) -> Floats:
        """Returns ``f`` at each of ``costs`` (n, 1 or 2), which lie below the reference: (n,)."""
        cells = tuple(np.searchsorted(edge, costs[:, d], side="right") - 1 for d, edge in enumerate(self.edges))
        levels: Floats = self.levels[cells]
        return levels

    @cached_property
    def boxes(self) -> tuple[Floats, Floats, Floats]:
        """The staircase as few boxes, each of one level: lower and upper corners, (k, 1 or 2), and levels, (k,).

        Along the last cost, neighbouring cells of one level form a run. Equal runs in neighbouring rows form one box. A
        front of F networks has about 2 F boxes, but up to F * F cells.
        """
        rows = self.levels.reshape(-1, self.levels.shape[-1])
        closed: list[tuple[int, int, int, int, float]] = []  # rows from, to; cells from, to; level
        opened: dict[tuple[int, int, float], int] = {}
        for number in range(len(rows) + 1):
            runs = _runs(rows[number]) if number < len(rows) else set()
            for run in opened.keys() - runs:
                closed.append((opened.pop(run), number, *run))
            for run in runs - opened.keys():
                opened[run] = number
        row_from, row_to, cell_from, cell_to, level = (np.array(column) for column in zip(*sorted(closed), strict=True))
        lower, upper = [self.edges[-1][cell_from]], [self.edges[-1][cell_to]]
        if len(self.edges) == 2:
            lower.insert(0, self.edges[0][row_from])
            upper.insert(0, self.edges[0][row_to])
        return np.column_stack(lower), np.column_stack(upper), level


def _runs(row: Floats) -> set[tuple[int, int, float]]:
    """Returns where each run of cells of one level begins and ends, and that level."""
    steps = [0, *(np.flatnonzero(np.diff(row)) + 1), len(row)]
    return {(int(start), int(end), float(row[start])) for start, end in pairwise(steps)}


def expected_improvement(mean: Floats, deviation: Floats, level: Floats) -> Floats:
    """Returns how far a normal variable is above ``level`` on average, where values below ``level`` count as 0.

    Args:
        mean: of the variable; the shapes of the arguments broadcast.
        deviation: its standard deviation, 0 or more.
        level: to be improved on.
    """
    from scipy.special import ndtr  # here, as results are shown without it

    gap = mean - level
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(deviation > 0, gap / deviation, np.where(gap > 0, np.inf, -np.inf))
    density = np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi)
    improvement: Floats = np.maximum(0.0, gap * ndtr(z) + deviation * density)
    return improvement


def expected_hypervolume_improvement(
    mean: Floats, deviation: Floats, costs: Floats, front: Staircase, limit_mass: float = 0.0
) -> Floats:
    """Returns what each of n networks adds to the front's hypervolume on average.

    Args:
        mean: of its value, (n,).
        deviation: of its value, (n,).
        costs: (n, 1 or 2).
        front: what is to be improved on.
        limit_mass: the point mass at the reference point, in the unit of the costs' product.

    Returns:
        (n,), in the unit of the value times that of the costs.
    """
    lower, upper, level = front.boxes
    levels, of_box = np.unique(level, return_inverse=True)
    total = np.ones((len(mean), len(level)))
    for dimension in range(costs.shape[1]):
        reach = np.maximum(lower[:, dimension], costs[:, dimension, None])
        total *= np.maximum(0.0, upper[:, dimension] - reach)
    improvement: Floats = np.einsum(
        "nk,nk->n", total, expected_improvement(mean[:, None], deviation[:, None], levels)[:, of_box]
    )
    within = (costs < _limits(front)).all(axis=1)
    return improvement + limit_mass * within * expected_improvement(mean, deviation, np.array(front.best))


def _limits(front: Staircase) -> Floats:
    return np.array([edge[-1] for edge in front.edges])


def most_improving(
    scenarios: Floats,
    deviation: Floats,
    costs: Floats,
    fronts: Sequence[Staircase],
    weight: Floats,
    limit_mass: float = 0.0,
) -> int:
    """Returns the row of the network with the highest expected hypervolume improvement times ``weight``.

    The result is exact, and quick for any n. At its own costs a network meets the lowest level that it can meet
    anywhere. So EI at that level, times all that lies beyond (``limit_mass`` included), bounds its EHVI from above.
    Only networks whose bound is above the best EHVI so far are evaluated. Where all are zero to machine precision, the
    function returns the network that is likeliest to improve.

    Args:
        scenarios: means of the values, (s, n): a row for each of s equally likely outcomes of the networks in training.
        deviation: of the values, (n,).
        costs: (n, 1 or 2).
        fronts: the front in each scenario, all with one reference point.
        weight: factor of each network's improvement, (n,), such as the chance that it can be trained.
        limit_mass: the point mass at the reference point, in the unit of the costs' product.
    """
    limits = _limits(fronts[0])
    inside = np.flatnonzero((costs < limits).all(axis=1))
    if not len(inside):
        return int(np.argmax(scenarios.mean(axis=0)))
    scenarios, deviation, costs, weight = scenarios[:, inside], deviation[inside], costs[inside], weight[inside]
    levels = [front.level_at(costs) for front in fronts]
    area = (np.prod(limits - costs, axis=1) + limit_mass) * weight
    bound = area * sum(
        expected_improvement(mean, deviation, level) for mean, level in zip(scenarios, levels, strict=True)
    )
    order = np.argsort(-bound, kind="stable")
    best, best_value = -1, 0.0
    for start in range(0, len(order), _BATCH):
        batch = order[start : start + _BATCH]
        if bound[batch[0]] <= best_value:
            break
        values = weight[batch] * sum(
            expected_hypervolume_improvement(mean[batch], deviation[batch], costs[batch], front, limit_mass)
            for mean, front in zip(scenarios, fronts, strict=True)
        )
        if values.max() > best_value:
            best, best_value = int(batch[values.argmax()]), float(values.max())
    if best < 0:
        gap = np.mean([mean - level for mean, level in zip(scenarios, levels, strict=True)], axis=0)
        best = int(np.argmax(gap / np.maximum(deviation, 1e-12)))
    return int(inside[best])
