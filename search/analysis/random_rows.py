"""Columns of a table whose rows were chosen for more columns by what they scored in the first.

A search trains the networks with the best scores again. On average, luck raised their first scores. Least squares over
these networks alone (:mod:`search.analysis.two_way`) therefore makes the first fold look easier than it is, by the
regression of the networks to the mean. This module assumes that the values of rows come from a normal distribution, and
uses all rows, including rows with one score. Such estimates stay unbiased if the choice depends only on the table
(Little and Rubin, "Statistical Analysis with Missing Data", 1987, section 1.6; the equations are Henderson's, "Best
linear unbiased estimation and prediction under a selection model", 1975, https://doi.org/10.2307/2529430). A search
also chooses by costs: it chooses a network whose score is high for its cost. The mean of the distribution therefore
depends on costs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.analysis.two_way import Cell

Floats = NDArray[np.float64]
_RATIOS = np.logspace(-6, 3, 37)  # that are tried
_EQUAL = 1e-6  # deviances that differ by less are equal but for rounding
_LEAST_PART = 1e-6  # of what is known: a direction in which rows differ by less is rounding
_LEAST = 1e-12  # relative to the squares of scores: a sum of squares below is rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomRows:
    """A table of scores: a value of each row from a normal distribution, one of each column, and chance.

    Attributes:
        counts: (rows, columns) of scores in each cell.
        effects: (columns,) how much more a column gives than the mean of all.
        ratio: the variance of chance in one score, relative to that of the values of rows.
        known: (rows, k) orthonormal: what the mean of a row's value is linear in.
    """

    counts: Floats
    known: Floats
    effects: Floats
    ratio: float
    _inverse: Floats

    @classmethod
    def of(cls, cells: Sequence[Cell], known: Floats | None = None) -> "RandomRows":
        """Returns the table with the ratio that is most likely (REML), of some that are tried.

        The scores of one network on a second fold leave all ratios equally likely. The least of those is then taken:
        it is that of least squares, which takes nothing for granted about the values of rows.

        Args:
            cells: every row and column from 0 has some, and a row has scores in two columns.
            known: (rows, k) what the mean of a row's value is linear in, such as logarithms of costs; None: all rows
                have one mean.
        """
        row, column = (np.array([cell[axis] for cell in cells], dtype=np.int64) for axis in (0, 1))
        scores = np.array([cell[2] for cell in cells], dtype=np.float64)
        scores -= scores.mean()
        counts, sums = np.zeros((2, row.max() + 1, column.max() + 1))
        np.add.at(counts, (row, column), 1)
        np.add.at(sums, (row, column), scores)
        squares = float((scores**2).sum())
        known = _orthonormal(np.zeros((len(counts), 0)) if known is None else known)
        fits = [_fit(counts, known, sums, squares, float(ratio)) for ratio in _RATIOS]
        least = min(deviance for deviance, *_ in fits)
        _, ratio, values, inverse = next(fit for fit in fits if fit[0] <= least + _EQUAL)
        values = values[: counts.shape[1]]
        return cls(counts=counts, known=known, effects=values - values.mean(), ratio=ratio, _inverse=inverse)

    def variance(self, row: int) -> float:
        """Returns the variance of a row's mean score without the effects of its columns, as an estimate of its value.

        Relative to the variance of chance in one score; with that of the effects, which are estimated.
        """
        of_row = self.counts.sum(axis=1)
        share = self.counts[row] / of_row[row]
        # The weight of each score in the estimate of the row's effect, (rows, columns).
        direction = self._inverse[:, : len(share)] @ (share - 1 / len(share))
        of_columns, of_known = direction[: len(share)], self.known @ direction[len(share) :]
        of_rows = self.counts @ of_columns + of_row * of_known
        weights = of_columns + (of_known - of_rows / (of_row + self.ratio))[:, None]
        of_values = float(((self.counts * weights).sum(axis=1) ** 2).sum()) / self.ratio
        weights = -weights
        weights[row] += 1 / of_row[row]
        return float((self.counts * weights**2).sum()) + of_values


def _orthonormal(known: Floats) -> Floats:
    """Returns an orthonormal basis of columns less their means, (rows, at most k)."""
    basis, sizes, _ = np.linalg.svd(known - known.mean(axis=0), full_matrices=False)
    kept: Floats = basis[:, sizes > _LEAST_PART * np.abs(known).max(initial=1.0)]
    return kept


def _fit(
    counts: Floats, known: Floats, sums: Floats, squares: float, ratio: float
) -> tuple[float, float, Floats, Floats]:
    """Returns the deviance of a ratio by REML, the ratio, the values of columns, and the inverse of their equations.

    The slopes along what is ``known`` of rows follow the values of columns.
    """
    of_row, row_sums = counts.sum(axis=1), sums.sum(axis=1)
    design = np.hstack([counts, of_row[:, None] * known])  # sums over the scores of each row
    crossed = counts.T @ known
    products = np.block([[np.diag(counts.sum(axis=0)), crossed], [crossed.T, known.T * of_row @ known]])
    targets = np.concatenate([sums.sum(axis=0), known.T @ row_sums])
    matrix = products - design.T / (of_row + ratio) @ design
    inverse = np.linalg.inv(matrix)
    values: Floats = inverse @ (targets - design.T @ (row_sums / (of_row + ratio)))
    rest = squares - 2 * float(targets @ values) + float(values @ products @ values)
    rest -= float(((row_sums - design @ values) ** 2 / (of_row + ratio)).sum())
    freedom = counts.sum() - len(values)
    deviance = freedom * np.log(max(rest, _LEAST * squares, np.finfo(float).tiny))
    deviance += np.log1p(of_row / ratio).sum() + np.linalg.slogdet(matrix)[1]
    return float(deviance), ratio, values, inverse
