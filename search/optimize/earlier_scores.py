"""A prior from scores that the same candidates have elsewhere, such as on other data."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.optimize.candidates import Params
from search.optimize.design_point import DesignPoint
from search.optimize.features import Features
from search.optimize.pool import CostsOf
from search.optimize.surrogate import Surrogate

Floats = NDArray[np.float64]


class EarlierScores:
    """The posterior mean of candidates, given the scores of some of them elsewhere.

    Args:
        choices: every parameter with its values.
        costs_of: the exact costs of candidates.
        scores: candidates, each with its score, at least one; higher is better. Scores from different places must have
            one scale.
    """

    def __init__(
        self, choices: Mapping[str, Sequence[Any]], costs_of: CostsOf, scores: Sequence[tuple[Params, float]]
    ) -> None:
        self._choices = choices
        self._costs_of = costs_of
        self._scored = [params for params, _ in scores]
        self._scores = [score for _, score in scores]

    def __call__(self, candidates: Sequence[Params]) -> Floats:
        """Returns the posterior mean of n candidates, (n,), in the unit of the scores."""
        count, together = len(candidates), [*candidates, *self._scored]
        costs = self._costs_of(together)
        features = Features(self._choices, costs)
        surrogate = Surrogate(features.of(together, costs), features.parts)
        return surrogate.condition_on(
            [DesignPoint(count + number, score) for number, score in enumerate(self._scores)]
        ).mean[:count]
