"""The posterior of the accuracy of every candidate, given those that were trained: a Gaussian process.

The model and the optimizer of its hyperparameters are BoTorch's (``hyperparameters.py``). This file uses that
candidates are a fixed, finite set: each trained network adds one row to a triangular system of all candidates, so an
update of the posterior of 60,000 candidates takes milliseconds.
"""

from collections import Counter
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from search.optimize.covariance import correlations
from search.optimize.design_point import DesignPoint, full_trainings, lowest_informative, spread, values_of
from search.optimize.hyperparameters import Hyperparameters, fit, fit_sizes
from search.optimize.linear_algebra import column_squares, leave_one_out, root_of, solve_lower
from search.optimize.observation_sample import is_left_out, sampled_of, surplus_of

Floats = NDArray[np.float64]

_SCENARIOS = 8
_BLOCK = 16  # rows of the triangular system that are computed together
_JITTER = 1e-6


@dataclass(frozen=True, slots=True)
class Posterior:
    """The posterior of the noise-free accuracy of all n candidates.

    Attributes:
        mean, deviation: (n,).
        scenarios: (s, n): the mean for each of a few outcomes of the networks in training; where none is in training,
            the mean alone.
        noise: the standard deviation of one full training's value around the network's own accuracy.
        worst: the lowest value, after very low values are raised.
    """

    mean: Floats
    scenarios: Floats
    deviation: Floats
    noise: float
    worst: float


class Surrogate:
    """A Gaussian process over n candidates, brought up to date as design points come in.

    A candidate in training counts as known for the deviations, so the uncertainty of similar candidates shrinks and the
    next proposals are elsewhere. Its score is drawn a few times; each draw is a scenario.

    The posterior is a function of the observations alone, to the bit. What is kept from one call to the next saves time
    and changes nothing, so a resumed search has the posterior that it would have had.

    Args:
        features: of the candidates, (n, d).
        parts: how many features each part of a candidate has: see ``covariance.py``.
    """

    def __init__(self, features: Floats, parts: Sequence[int]) -> None:
        import torch  # here, so that results are shown without: it takes seconds and hundreds of megabytes

        self._features = torch.as_tensor(features, dtype=torch.float64)
        self._parts = tuple(parts)
        self._asked_fit: list[DesignPoint] = []  # the design points that the hyperparameters were to be fitted to ...
        self._fitted_to: list[DesignPoint] = []  # ... and those that they were fitted to, fewer where a fit failed
        self._design: list[tuple[int, float]] = []  # candidate and extra noise of each row below
        self._lower = np.zeros((0, 0))
        self._buffer = np.zeros((0, len(features)), dtype=np.float32)
        self._explained = [np.zeros(len(features), dtype=np.float32)]  # variance, by so many whole blocks

    def condition_on(
        self,
        points: Sequence[DesignPoint],
        floor: float | None = None,
        best: Callable[[int], Container[int]] = lambda _: (),
    ) -> Posterior:
        """Returns the posterior given ``points``, at least one of them with a value.

        A call is quickest if ``points`` begin with those of the last call.

        Args:
            points: in the order of their trials.
            floor: values below it need not be distinguished; None: no such limit.
            best: maps a number k to the best candidates of the first k points with a value. Of very many points a
                sample is learnt from, which always has those of the best.
        """
        known = [point for point in points if point.value is not None]
        # Full trainings set the scale, for their values never change; estimates of the others do.
        measure = full_trainings(known)
        lowest = lowest_informative(values_of(measure), floor)
        scored = np.maximum(values_of(measure), lowest)
        values = np.maximum(values_of(known), lowest)
        centre, scale, worst = scored.mean(), spread(scored), float(values.min())
        self._fit(measure, floor)
        sampled = sampled_of(len(known))
        surplus = surplus_of([point.candidate for point in known[:sampled]], best(sampled)) if sampled else Counter()
        left_out = surplus.copy()
        values = values[[not is_left_out(left_out, point) for point in known]]
        left_out = surplus.copy()
        points = [point for point in points if not is_left_out(left_out, point)]
        self._set_design([(point.candidate, point.extra_noise / scale**2) for point in points])
        is_known = np.array([point.value is not None for point in points])
        standard = np.zeros((1, len(points)))
        standard[:, is_known] = (values - centre) / scale - self._mean
        predicted, covariance = self._predict(standard[0], is_known)
        standard[:, ~is_known] = predicted
        # With the scores that are awaited as predicted, and as they might turn out.
        is_awaited = np.array([point.awaited for point in points])
        among = is_awaited[~is_known]
        outcomes = np.vstack([standard, _outcomes(standard[0], is_awaited, covariance[np.ix_(among, among)])])
        weights = solve_lower(self._lower, outcomes.T).T
        means = centre + scale * (self._mean + weights.astype(np.float32) @ self._rows).astype(np.float64)
        variance = np.maximum(self._variance - self._explained_by_all(), 1e-9)
        self._last = means[0], scale
        self._known = [point for point in points if point.value is not None], standard[0, is_known]
        return Posterior(
            mean=means[0],
            scenarios=means[1:] if len(means) > 1 else means,
            deviation=scale * np.sqrt(variance.astype(np.float64)),
            noise=float(scale * np.sqrt(self._noise)),
            worst=worst,
        )

    def draw(self, candidates: NDArray[np.int64], count: int, rng: Generator) -> Floats:
        """Draws accuracies of ``candidates`` together from the posterior, (count, k).

        Args:
            candidates: rows of the features, (k,).
            count: how many draws.
            rng: source of random numbers; advanced.
        """
        rows = candidates.tolist()
        explained = self._rows[:, rows].astype(np.float64)
        covariance = self._among(rows, rows) - explained.T @ explained
        mean, scale = self._last
        drawn: Floats = mean[candidates] + scale * rng.standard_normal((count, len(rows))) @ root_of(covariance).T
        return drawn

    def leave_one_out_errors(self) -> Floats:
        """Returns how far each value that :meth:`condition_on` was given last is from its mean given the others, (k,).

        Hyperparameters stay those of all values. Of very many observations, the errors are those of the sample.
        """
        (known, standard), (_, scale) = self._known, self._last
        extra = np.array([point.extra_noise for point in known]) / scale**2
        covariance = self.covariance_of([point.candidate for point in known]) + np.diag(extra)
        return scale * leave_one_out(covariance, standard)

    def covariance_of(self, candidates: list[int]) -> Floats:
        """Returns the covariance of the values of full trainings of ``candidates`` (k,), standardised: (k, k)."""
        return self._among(candidates, candidates) + (self._noise + _JITTER) * np.eye(len(candidates))

    def chance(self, failed: list[int], worked: list[int]) -> Floats:
        """Returns how likely each candidate can be trained, (n,), 0 to 1: the share among those like it.

        Args:
            failed: rows of the candidates that could not be trained, one a trial.
            worked: rows of the candidates that could, one a trial.
        """
        if not failed:
            return np.ones(len(self._features))
        good, bad = 1.0 + self._like(worked), self._like(failed)
        chance: Floats = good / (good + bad)
        return chance

    def _like(self, candidates: list[int]) -> Floats:
        """Returns how many of ``candidates`` are like each candidate, (n,); one that is half like it counts half."""
        left_out = surplus_of(candidates)
        sample = list((Counter(candidates) - left_out).elements())
        alike: Floats = self._covariance(sample).sum(axis=0, dtype=np.float64) / self._variance
        return alike * len(candidates) / max(1, len(sample))

    def _fit(self, known: list[DesignPoint], floor: float | None) -> None:
        """Fits the hyperparameters to the first of ``known``, to as many as :func:`fit_sizes` says.

        Where a fit fails, the next smaller one counts; where all fail, the prior's own hyperparameters do.
        """
        sizes = fit_sizes(len(known))
        if known[: sizes[-1]] == self._asked_fit:
            return
        self._asked_fit = known[: sizes[-1]]
        for size in reversed(sizes):
            some = known[:size]
            if some == self._fitted_to:
                return
            values = values_of(some)
            values = np.maximum(values, lowest_informative(values, floor))
            standard = (values - values.mean()) / spread(values)
            features = self._features[[point.candidate for point in some]]
            fitted = fit(features, standard, self._parts, or_prior=size == sizes[0])
            if fitted is not None:
                self._fitted_to = some
                self._take(fitted)
                return

    def _take(self, fitted: Hyperparameters) -> None:
        """Takes new hyperparameters; all rows have to be computed again."""
        self._mean, self._noise, self._variance = fitted.mean, fitted.noise, fitted.variance
        import torch

        scaled = self._features / fitted.length_scales
        self._exact, self._scaled = scaled, scaled.to(torch.float32)
        self._design = []
        del self._explained[1:]

    def _covariance(self, candidates: list[int]) -> NDArray[np.float32]:
        """Returns the covariance of ``candidates`` with all, (len(candidates), n)."""
        covariance: NDArray[np.float32] = (
            correlations(self._scaled[candidates], self._scaled, self._parts).mul_(self._variance).numpy()
        )
        return covariance

    def _among(self, some: list[int], others: list[int]) -> Floats:
        """Returns the covariance of few candidates with few, (some, others)."""
        covariance: Floats = self._variance * correlations(self._exact[some], self._exact[others], self._parts).numpy()
        return covariance

    def _set_design(self, design: list[tuple[int, float]]) -> None:
        """Makes the triangular system that of ``design``, and keeps the whole blocks that are right already.

        Rows are computed in blocks that begin at fixed rows, so their rounding does not depend on the number of rows
        before.
        """
        same = _BLOCK * (len(self._explained) - 1)
        while design[:same] != self._design[:same]:
            same -= _BLOCK
        del self._explained[same // _BLOCK + 1 :]
        lower = np.zeros((len(design), len(design)))
        lower[:same, :same] = self._lower[:same, :same]
        for start in range(same, len(design), _BLOCK):
            end = min(start + _BLOCK, len(design))
            self._add_rows(lower, design, start, end)
            if end == start + _BLOCK:
                self._explained.append(self._explained[-1] + column_squares(self._buffer[start:end]))
        self._lower, self._design = lower, design

    def _add_rows(self, lower: Floats, design: list[tuple[int, float]], start: int, end: int) -> None:
        """Computes rows ``start`` to ``end`` of the triangular system, given those before."""
        rows = [candidate for candidate, _ in design[:end]]
        covariance = self._covariance(rows[start:])
        # Among themselves in double precision: what decides whether a matrix is positive must not be rounded.
        among = self._among(rows[start:], rows)
        cross, corner = among[:, :start], among[:, start:]
        corner += np.diag([self._noise + extra + _JITTER for _, extra in design[start:end]])
        below = solve_lower(lower[:start, :start], cross.T).T if start else cross
        lower[start:end, :start] = below
        lower[start:end, start:end] = np.linalg.cholesky(corner - below @ below.T)
        covariance -= below.astype(np.float32) @ self._buffer[:start]
        self._store(start, end, solve_lower(lower[start:end, start:end].astype(np.float32), covariance))

    def _explained_by_all(self) -> NDArray[np.float32]:
        """Returns the variance that the design takes from each candidate, (n,)."""
        whole = _BLOCK * (len(self._explained) - 1)
        explained: NDArray[np.float32] = self._explained[-1] + column_squares(self._rows[whole:])
        return explained

    @property
    def _rows(self) -> NDArray[np.float32]:
        """The rows of the triangular system: how each design point bears on each candidate, (design, n)."""
        return self._buffer[: len(self._design)]

    def _store(self, start: int, end: int, rows: NDArray[np.float32]) -> None:
        """Writes rows ``start`` to ``end`` into a buffer that doubles when it is full."""
        if end > len(self._buffer):
            longer = np.zeros((2 * end, self._buffer.shape[1]), dtype=np.float32)
            longer[:start] = self._buffer[:start]
            self._buffer = longer
        self._buffer[start:end] = rows

    def _predict(self, standard: Floats, is_known: NDArray[np.bool_]) -> tuple[Floats, Floats]:
        """Returns the mean and the covariance of the unknown scores, given the known ones.

        The covariance is the inverse of their block of the precision ``inv(L @ L.T)``. ``standard`` (design,) is 0
        where nothing is known.
        """
        if is_known.all():
            return np.zeros(0), np.zeros((0, 0))
        unknown = np.eye(len(standard))[:, ~is_known]
        whitened = solve_lower(self._lower, np.column_stack([unknown, standard]))
        covariance = np.linalg.inv(whitened[:, :-1].T @ whitened[:, :-1])
        return -covariance @ whitened[:, :-1].T @ whitened[:, -1], covariance


def _outcomes(standard: Floats, awaited: NDArray[np.bool_], covariance: Floats) -> Floats:
    """Returns ``standard`` with the awaited scores drawn, in pairs that lie opposite: (_SCENARIOS or 0, points)."""
    if not awaited.any():
        return np.zeros((0, len(standard)))
    half = np.random.default_rng(len(standard)).standard_normal((_SCENARIOS // 2, len(covariance)))
    outcomes = np.repeat(standard[None], _SCENARIOS, axis=0)
    outcomes[:, awaited] += np.vstack([half, -half]) @ root_of(covariance).T
    return outcomes
