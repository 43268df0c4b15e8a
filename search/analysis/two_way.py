"""A table of scores as a value of each row, one of each column, and chance: least squares where cells are missing.

Two-way analysis of variance without interaction (H. Scheffé, "The Analysis of Variance", 1959, chapter 4). Rows are
networks; columns are what moves all networks alike, such as a seed or a fold.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Cell = tuple[int, int, float]
"""A row, a column, both from 0, and a score; a cell may have several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoWay:
    """The columns of a table.

    Attributes:
        effects: (columns,) how much more a column gives than the mean of all; of columns that no row connects, than the
            mean of those that are connected.
        covariance: (columns, columns) of the effects, relative to the variance of chance in one score. The effects are
            not correlated with the means of rows.
        squares: the sum of the squares of what is left beside rows and columns.
        freedom: the degrees of freedom of ``squares``.
    """

    effects: NDArray[np.float64]
    covariance: NDArray[np.float64]
    squares: float
    freedom: int


def two_way(cells: Sequence[Cell]) -> TwoWay:
    """Returns the columns of a table of scores.

    Rows with scores in only one column give no information about columns.

    Args:
        cells: every row and column from 0 has some.
    """
    row, column = (np.array([cell[axis] for cell in cells], dtype=np.int64) for axis in (0, 1))
    scores = np.array([cell[2] for cell in cells], dtype=np.float64)
    counts = np.zeros((row.max(initial=-1) + 1, column.max(initial=-1) + 1))
    np.add.at(counts, (row, column), 1)
    of_row = counts.sum(axis=1)
    centred = scores - (np.bincount(row, scores) / of_row)[row] if len(cells) else scores
    # Normal equations of the columns, the rows eliminated.
    matrix = np.diag(counts.sum(axis=0)) - counts.T / of_row @ counts
    sums = np.bincount(column, centred, minlength=counts.shape[1])
    covariance = np.linalg.pinv(matrix, hermitian=True) if len(cells) else matrix
    rank = int(np.linalg.matrix_rank(matrix, hermitian=True)) if len(cells) else 0
    effects: NDArray[np.float64] = covariance @ sums
    return TwoWay(
        effects=effects,
        covariance=covariance,
        squares=max(float((centred**2).sum() - sums @ effects), 0.0),
        freedom=len(cells) - len(of_row) - rank,
    )
