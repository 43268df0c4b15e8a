"""What candidates cost, as a user's function says."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.optimize.candidates import Params

Floats = NDArray[np.float64]
KnownCostsOf = Callable[[Params], Sequence[float] | float]

_SHARE = 1e-6  # of a cost, by which it may differ from what a trial returns: single precision has less


class NoCostsError(ValueError):
    """The function of a candidate's costs gives something else than a finite number for each known objective.

    Attributes:
        given: what it gives.
        params: the candidate.
        wanted: how many numbers were expected.
    """

    def __init__(self, given: object, params: dict[str, Any], wanted: int, uncertain: int) -> None:
        super().__init__(given, params, wanted, uncertain)
        self.given = given
        self.params = params
        self.wanted = wanted
        self._uncertain = uncertain

    def __str__(self) -> str:
        return (
            f"known_costs: expected {self.wanted} finite numbers for each candidate, one for every objective "
            f"but number {self._uncertain}, got {self.given!r} for {self.params}"
        )


class OtherCostsError(ValueError):
    """A trial returned other values for the known objectives than the function gives.

    Attributes:
        trial: its number.
        params: its candidate.
        given, returned: the values of both.
    """

    def __init__(self, trial: int, params: dict[str, Any], given: list[float], returned: list[float]) -> None:
        super().__init__(trial, params, given, returned)
        self.trial = trial
        self.params = params
        self.given = given
        self.returned = returned

    def __str__(self) -> str:
        return (
            "known_costs: expected the values that trials return for the known objectives; for trial "
            f"{self.trial}, {self.params}, it gives {self.given}, but the trial returned {self.returned}"
        )


class KnownCosts:
    """The known objectives of candidates.

    Args:
        costs_of: of a candidate, the values of all objectives but the uncertain one; of one known objective the value.
        uncertain: the index of the objective that is not known.
    """

    def __init__(self, costs_of: KnownCostsOf, uncertain: int) -> None:
        self._costs_of = costs_of
        self._uncertain = uncertain

    def of(self, candidates: Sequence[Params], signs: Floats) -> Floats:
        """Returns the costs of n candidates, (n, 1 or 2); lower is better.

        Args:
            candidates: n of them.
            signs: (objectives,): 1 for each that is maximised, -1 for each that is minimised.

        Raises:
            NoCostsError: the function gives something else than a finite number for each known objective.
        """
        known = np.delete(signs, self._uncertain)
        costs = np.zeros((len(candidates), len(known)))
        for row, params in enumerate(candidates):
            given = self._costs_of(params)
            values = _numbers(given)
            if values is None or len(values) != len(known):
                raise NoCostsError(given, dict(params), wanted=len(known), uncertain=self._uncertain)
            costs[row] = values
        return -known * costs

    def compare(self, costs: Floats, returned: Sequence[float], signs: Floats, trial: int, params: Params) -> None:
        """Compares a candidate's costs with what a trial of it returned.

        Args:
            costs: of the candidate, (1 or 2,), as :meth:`of` gives them.
            returned: the values of all objectives, in the study's order.
            signs: (objectives,): 1 for each that is maximised, -1 for each that is minimised.
            trial: its number, for the error message.
            params: the candidate, for the error message.

        Raises:
            OtherCostsError: the trial returned other costs, by more than a millionth.
        """
        known = np.delete(signs, self._uncertain)
        found = np.delete(np.asarray(returned, dtype=np.float64), self._uncertain)
        if not np.allclose(-known * costs, found, rtol=_SHARE, atol=0.0):
            raise OtherCostsError(trial, dict(params), given=(-known * costs).tolist(), returned=found.tolist())


def _numbers(given: object) -> list[float] | None:
    """Returns the result of a user's function as finite numbers; None: the result is something else."""
    if isinstance(given, str | bytes | dict):
        return None
    try:
        values = [float(value) for value in given]  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        try:
            values = [float(given)]  # type: ignore[arg-type]
        except (TypeError, ValueError):
            return None
    return values if np.isfinite(values).all() else None
