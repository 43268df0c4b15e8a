"""Candidates as numbers, the form that a surrogate works on."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.optimize.candidates import Params

Floats = NDArray[np.float64]

_MANY = 16  # values, above which a number is only a number


class Features:
    """Maps candidates of fixed ``choices`` and their costs to rows of numbers.

    Each value of a parameter has a column, which is 1 where a candidate takes that value: what the surrogate learns
    does not depend on names or their order. A numeric parameter has a column for the rank of its value as well, or
    alone if it has two values or more than 16. The surrogate learns whether the order matters. Each cost has a column,
    on a logarithmic scale: the cost of a network predicts its accuracy better than any choice of its parts.

    Args:
        choices: every parameter with its values.
        costs: (n, 1 or 2), of some candidates; they set the scale.

    Attributes:
        parts: how many columns each parameter has, and each cost, in their order.
    """

    def __init__(self, choices: Mapping[str, Sequence[Any]], costs: Floats) -> None:
        self._columns: dict[str, dict[Any, Floats]] = {}
        for name, values in choices.items():
            if len(values) > 1:
                rows = _encode(values)
                self._columns[name] = dict(zip(values, rows, strict=True))
        self._log = costs.min(axis=0) > 0
        scaled = self._scale(costs)
        self._low, self._range = scaled.min(axis=0), np.ptp(scaled, axis=0)
        self._range[self._range == 0] = 1.0
        of_parameters = [len(next(iter(rows.values()))) for rows in self._columns.values()]
        self.parts = (*of_parameters, *(1 for _ in self._range))

    def of(self, candidates: Sequence[Params], costs: Floats) -> Floats:
        """Returns the features of n candidates, (n, d).

        Args:
            candidates: n of them; a parameter that one lacks counts as None.
            costs: of the candidates, (n, 1 or 2).
        """
        parts = [np.array([rows[params.get(name)] for params in candidates]) for name, rows in self._columns.items()]
        return np.hstack([*parts, (self._scale(costs) - self._low) / self._range])

    def _scale(self, costs: Floats) -> Floats:
        return np.where(self._log, np.log(np.maximum(costs, np.finfo(float).tiny)), costs)


def _encode(values: Sequence[Any]) -> Floats:
    numeric = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    rank = np.argsort(np.argsort(values))[:, None] / (len(values) - 1) if numeric else np.zeros((len(values), 0))
    if numeric and (len(values) == 2 or len(values) > _MANY):
        return np.asarray(rank, dtype=np.float64)
    return np.hstack([np.eye(len(values)), rank])
