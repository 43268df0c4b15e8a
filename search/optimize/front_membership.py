"""The probability that a network belongs to the front, when values are observed and costs are exact."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_CLEAR_LEAD = 4.0  # standard errors of a difference
_WIDEST = 6.0  # standard errors, beyond which nothing is left of a normal distribution
_MOST_POINTS = 4096
_ROWS = 256  # at a time, for memory


def front_probabilities(values: Floats, errors: Floats, costs: Floats, *, epsilon: float = 0.0) -> Floats:
    r"""Returns the probability that each of n networks is on the front of their own values, (n,).

    A network is on the front when none that is no more expensive is more accurate. Costs that differ by less than
    ``epsilon``, a share, are ties: of two such networks only the more accurate one is on the front. So a front does not
    fill up with networks that save three parameters.

    True values are independent and normal around the observed ones, so a network i is on the front with

    .. math:: \int \phi_i(x) \prod_{j \text{ no more expensive}} \Phi_j(x) \, dx

    which the trapezoid rule computes precisely enough if its step is half the smallest error.

    Args:
        values: observed means, (n,); higher is better.
        errors: their standard errors, (n,).
        costs: (n, any number), lower is better.
        epsilon: the share of a cost that does not count, 0 to 1.
    """
    from scipy.special import log_ndtr  # here, as it takes a quarter of a second to import

    probabilities = np.zeros(len(values))
    # A network that is led so far is on no front, and keeps no network off it that its leader does not keep off.
    rows = np.flatnonzero(~_clearly_dominated(values, errors, costs))
    values, errors, costs = values[rows], errors[rows], costs[rows]
    points, step = _points(values, errors)
    errors = np.maximum(errors, 2 * step)[:, None]
    scores = (points - values[:, None]) / errors
    log_below = log_ndtr(scores)
    densities = np.exp(-(scores**2) / 2) / (errors * np.sqrt(2 * np.pi))
    for start in range(0, len(rows), _ROWS):
        some = np.arange(start, min(start + _ROWS, len(rows)))
        at_most_as_expensive = np.asarray((costs[None] <= costs[some, None] * (1 + epsilon)).all(axis=2))
        at_most_as_expensive[np.arange(len(some)), some] = False
        best_below = np.exp(at_most_as_expensive.astype(np.float64) @ log_below)
        probabilities[rows[some]] = (densities[some] * best_below).sum(axis=1) * step
    return np.minimum(probabilities, 1.0)


def _points(values: Floats, errors: Floats) -> tuple[Floats, float]:
    """Returns the values to integrate over and their step: half the least error, or more where that takes too many."""
    low, high = (values - _WIDEST * errors).min(), (values + _WIDEST * errors).max()
    coarsest = max(high - low, 1e-6) / (_MOST_POINTS - 1 - 4 * _WIDEST)
    step = float(max(errors.min() / 2, coarsest))
    # Errors below two steps are taken for two, hence the margin.
    return np.arange(low - 2 * _WIDEST * step, high + 2 * _WIDEST * step + step, step), step


def _clearly_dominated(values: Floats, errors: Floats, costs: Floats) -> NDArray[np.bool_]:
    """Returns which networks another one leads by over four standard errors at no higher cost, (n,).

    Such a network is on the front once in 30,000 times.
    """
    dominated = np.zeros(len(values), dtype=bool)
    for one in range(len(values)):
        leads = values - values[one] > _CLEAR_LEAD * np.hypot(errors, errors[one])
        dominated[one] = (leads & (costs <= costs[one]).all(axis=1)).any()
    return dominated
