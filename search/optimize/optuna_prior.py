"""What a user's cheap scores say of candidates."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.optimize.candidates import Params

Floats = NDArray[np.float64]
Prior = Callable[[Params], float]


class PriorValueError(ValueError):
    """A prior gives something else than a finite number.

    Attributes:
        given: what it gives.
        params: the candidate.
    """

    def __init__(self, given: object, params: Mapping[str, Any]) -> None:
        super().__init__(given, params)
        self.given = given
        self.params = params

    def __str__(self) -> str:
        return f"prior: expected a finite number for each candidate, got {self.given!r} for {dict(self.params)}"


def prior_scores(prior: Prior, candidates: Sequence[Params], sign: float) -> Floats:
    """Returns the scores of n candidates, (n,), higher is better.

    Args:
        prior: of a candidate's parameters, a score in the direction of the uncertain objective.
        candidates: n of them.
        sign: 1 where that objective is maximised, -1 where it is minimised.

    Raises:
        PriorValueError: the prior gives something else than a finite number.
    """
    scores = np.empty(len(candidates))
    for row, params in enumerate(candidates):
        given = prior(params)
        if isinstance(given, bool) or not isinstance(given, int | float | np.number) or not np.isfinite(given):
            raise PriorValueError(given, params)
        scores[row] = given
    return sign * scores
