"""A Gaussian process around a cheap score of each candidate, which is kept only while it predicts better than without.

The mean of the process is a + b * prior, b >= 0, where the prior is known for all candidates before any is trained. As
one more feature, it would be one of many that the kernel has to weigh. The slope b is what the prior explains beside
all that the kernel does: by least squares on the values alone, a prior that rises with the cost would take the part of
the cost, and its noise would come with it.
"""

from collections.abc import Callable, Container, Sequence
from dataclasses import replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from search.optimize.design_point import DesignPoint, full_trainings, lowest_informative, spread, values_of
from search.optimize.hyperparameters import fit_sizes
from search.optimize.linear_algebra import generalised_slope
from search.optimize.surrogate import Posterior, Surrogate

Floats = NDArray[np.float64]

_RIDGE = 4.0  # b is thought to be about 0 ± 1/2, in standard deviations of the values for one of the prior
_MARGIN = 0.9  # of the squared error without the prior, which the error with it must be below


class PriorSurrogate:
    """Two surrogates of n candidates, with the prior and without; the one that predicts better is used.

    They are compared by their squared errors at each observation given all others.

    Args:
        features: of the candidates, (n, d).
        parts: how many features each part of a candidate has: see ``covariance.py``.
        prior: a score of each candidate, (n,), in any unit; higher is better.
    """

    def __init__(self, features: Floats, parts: Sequence[int], prior: Floats) -> None:
        self._without = Surrogate(features, parts)
        self._with = Surrogate(features, parts)
        self._prior = (prior - prior.mean()) / spread(prior)
        self._slope = 0.0  # of the prior's part in the posterior

    @property
    def uses_prior(self) -> bool:
        """Whether the last posterior is that with the prior."""
        return self._slope > 0

    def condition_on(
        self,
        points: Sequence[DesignPoint],
        floor: float | None = None,
        best: Callable[[int], Container[int]] = lambda _: (),
    ) -> Posterior:
        """Returns the posterior given ``points``, at least one of them with a value.

        Args:
            points: in the order of their trials.
            floor: as of :meth:`Surrogate.condition_on`.
            best: as of :meth:`Surrogate.condition_on`.
        """
        without = self._without.condition_on(points, floor, best)
        self._slope = self._fitted_slope(points, floor)
        if not self._slope:
            return without
        added = self._slope * self._prior
        lowest = _lowest(points, floor)
        residuals = [
            point if point.value is None else replace(point, value=max(point.value, lowest) - added[point.candidate])
            for point in points
        ]
        posterior = self._with.condition_on(residuals, None, best)
        errors, errors_without = self._with.leave_one_out_errors(), self._without.leave_one_out_errors()
        if np.square(errors).mean() >= _MARGIN * np.square(errors_without).mean():
            self._slope = 0.0
            return without
        return replace(
            posterior,
            mean=posterior.mean + added,
            scenarios=posterior.scenarios + added,
            worst=without.worst,
        )

    def draw(self, candidates: NDArray[np.int64], count: int, rng: Generator) -> Floats:
        """Draws accuracies of ``candidates`` together from the last posterior, (count, k).

        Args:
            candidates: rows of the features, (k,).
            count: how many draws.
            rng: source of random numbers; advanced.
        """
        if not self.uses_prior:
            return self._without.draw(candidates, count, rng)
        drawn: Floats = self._with.draw(candidates, count, rng) + self._slope * self._prior[candidates]
        return drawn

    def chance(self, failed: list[int], worked: list[int]) -> Floats:
        """Returns how likely each candidate can be trained, (n,), 0 to 1: see :meth:`Surrogate.chance`.

        Args:
            failed: rows of the candidates that could not be trained, one a trial.
            worked: rows of the candidates that could, one a trial.
        """
        return self._without.chance(failed, worked)

    def _fitted_slope(self, points: Sequence[DesignPoint], floor: float | None) -> float:
        """Returns b, 0 or more, from the observations that hyperparameters are fitted to.

        It changes as rarely as those: otherwise each new observation would change all residuals.
        """
        measure = full_trainings([point for point in points if point.value is not None])
        some = measure[: fit_sizes(len(measure))[-1]]
        values = np.maximum(values_of(some), lowest_informative(values_of(some), floor))
        rows, scale = [point.candidate for point in some], spread(values)
        slope = generalised_slope(self._without.covariance_of(rows), self._prior[rows], values / scale, _RIDGE)
        return max(0.0, scale * slope)


def _lowest(points: Sequence[DesignPoint], floor: float | None) -> float:
    """Returns the lowest value that the surrogate without the prior distinguishes."""
    return lowest_informative(values_of(full_trainings([point for point in points if point.value is not None])), floor)
