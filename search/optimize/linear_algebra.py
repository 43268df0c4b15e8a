"""Matrices of Gaussian processes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def solve_lower(lower: NDArray[Any], right: NDArray[Any]) -> NDArray[Any]:
    """Solves ``lower @ x = right`` for x, in their common precision."""
    from scipy.linalg import solve_triangular  # as late as torch

    solution: NDArray[Any] = solve_triangular(lower, right, lower=True)
    return solution


def column_squares(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns each column's sum of squares: (r, n) to (n,)."""
    squares: NDArray[np.float32] = np.einsum("rn,rn->n", rows, rows)
    return squares


def root_of(covariance: Floats) -> Floats:
    """Returns ``R`` with ``R @ R.T`` the covariance, which rounding may leave a little less than positive."""
    values, vectors = np.linalg.eigh(covariance)
    root: Floats = vectors * np.sqrt(np.maximum(values, 0.0))
    return root


def leave_one_out(covariance: Floats, values: Floats) -> Floats:
    """Returns how far each of ``values`` is from its mean given all others, (n,).

    The closed form for a normal distribution of mean 0: Rasmussen, Williams, "Gaussian Processes for Machine Learning",
    2006, equation 5.12, https://gaussianprocess.org/gpml/

    Args:
        covariance: of the values, noise included, (n, n), positive definite.
        values: (n,).
    """
    precision = np.linalg.inv(covariance)
    errors: Floats = (precision @ values) / np.diag(precision)
    return errors


def generalised_slope(covariance: Floats, x: Floats, y: Floats, ridge: float) -> float:
    """Returns b of y = a + b * x by generalised least squares, drawn towards 0.

    Args:
        covariance: of y around the line, (n, n), positive definite.
        x, y: (n,).
        ridge: the inverse of the variance that b has before y is known; its mean is 0.
    """
    precision = np.linalg.inv(covariance)
    weights = precision.sum(axis=0)
    x, y = (values - weights @ values / weights.sum() for values in (x, y))
    return float(x @ precision @ y / (x @ precision @ x + ridge))
