"""How surely a network belongs to the front, when accuracies are readings and costs are exact."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_DRAWS = 2048


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
    count = len(accuracies)
    draws = accuracies + errors * np.random.default_rng(seed).standard_normal((_DRAWS, count))
    probabilities = np.ones(count)
    for one in range(count):
        no_dearer = (costs <= costs[one] * (1 + epsilon)).all(axis=1)
        no_dearer[one] = False
        if no_dearer.any():
            probabilities[one] = (draws[:, no_dearer].max(axis=1) <= draws[:, one]).mean()
    return probabilities
