"""How surely a network belongs to the front, when accuracies are readings and costs are exact."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_DRAWS = 2048
_HOPELESS = 4.0  # standard errors of a difference


def front_probabilities(
    accuracies: Floats, errors: Floats, costs: Floats, *, epsilon: float = 0.0, seed: int = 0
) -> Floats:
    """The probability that each of n networks is on the front of their own accuracies.

    A network is on the front when none that is no dearer is more accurate. Costs that differ by less than
    ``epsilon``, a share, are ties: of two such networks only the more accurate one is on it, so a front does not
    fill up with networks that save three parameters.

    Args:
        accuracies: mean readings, (n,); higher is better.
        errors: their standard errors, (n,).
        costs: (n, any number), lower is better.
        epsilon: the share of a cost that does not count.
        seed: of the draws; the standard error of a probability is at most 0.011.

    Returns:
        (n,).
    """
    probabilities = np.zeros(len(accuracies))
    # Whoever is led so far is on no front, and keeps nobody off it whom its leader does not keep off.
    rows = np.flatnonzero(~_hopeless(accuracies, errors, costs))
    accuracies, errors, costs = accuracies[rows], errors[rows], costs[rows]
    draws = accuracies + errors * np.random.default_rng(seed).standard_normal((_DRAWS, len(rows)))
    for one, row in enumerate(rows):
        no_dearer = (costs <= costs[one] * (1 + epsilon)).all(axis=1)
        no_dearer[one] = False
        best = draws[:, no_dearer].max(axis=1, initial=-np.inf)
        probabilities[row] = (best <= draws[:, one]).mean()
    return probabilities


def _hopeless(accuracies: Floats, errors: Floats, costs: Floats) -> NDArray[np.bool_]:
    """Which networks another, no dearer, leads by so much that they are not on the front but once in 30,000 times."""
    hopeless = np.zeros(len(accuracies), dtype=bool)
    for one in range(len(accuracies)):
        leads = accuracies - accuracies[one] > _HOPELESS * np.hypot(errors, errors[one])
        hopeless[one] = (leads & (costs <= costs[one]).all(axis=1)).any()
    return hopeless
