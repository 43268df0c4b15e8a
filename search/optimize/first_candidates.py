"""The first candidates of a search, before anything is known of their accuracies."""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from search.optimize.pool import Pool

_SHARE = 20  # a candidate is taken from the nearest twentieth ...
_AT_LEAST = 16


def spread_over_costs(pool: Pool, tried: NDArray[np.int64], untried: NDArray[np.int64], rng: Generator) -> int:
    """Returns the row of an untried candidate such that the first candidates lie spread over costs and choices.

    The first is the cheapest, then come the most expensive, the middle of the range, and so on (van der Corput's
    sequence), on a logarithmic scale. Of the candidates nearest to that cost, the function takes the one that is least
    like those tried before.

    Args:
        pool: the candidates.
        tried: rows of ``pool`` that were tried, (k,); their number decides which cost is next.
        untried: rows of ``pool`` to choose among, (m,); at least one.
        rng: source of random numbers; advanced.
    """
    costs = pool.costs[untried]
    scale = np.log(costs) if pool.costs.min() > 0 else costs
    low, spread = scale.min(axis=0), np.ptp(scale, axis=0)
    scaled = ((scale - low) / np.where(spread > 0, spread, 1.0)).mean(axis=1)
    away = np.abs(scaled - _target(len(tried)))
    near = np.argsort(away + 1e-9 * rng.random(len(away)))[: max(_AT_LEAST, len(away) // _SHARE)]
    if len(tried) < 2:
        return int(untried[near[0]])  # the very ends
    apart = np.abs(pool.features[untried[near]][:, None] - pool.features[tried][None]).sum(axis=2).min(axis=1)
    return int(untried[near[np.argmax(apart + 1e-9 * rng.random(len(apart)))]])


def _target(number: int) -> float:
    """0, 1, then 1/2, 1/4, 3/4, 1/8, 5/8, ..."""
    if number < 2:
        return float(number)
    number, value, half = number - 1, 0.0, 0.5
    while number:
        value += half * (number % 2)
        number, half = number // 2, half / 2
    return value
