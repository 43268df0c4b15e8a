"""What is believed of the accuracy of every candidate, given those that were trained: a Gaussian process.

The model and the fit of its hyperparameters are BoTorch's: an RBF kernel with a length scale for every feature, whose
log-normal prior widens with the number of features (Hvarfner, Hellsten, Nardi, "Vanilla Bayesian Optimization Performs
Great in High Dimensions", ICML 2024, https://arxiv.org/abs/2402.02229). What is ours is that candidates are a fixed,
finite set: each trained network adds one row to a triangular system that holds all of them, so the posterior of
60,000 candidates is brought up to date in milliseconds.
"""

import logging
import warnings
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from scipy.spatial.distance import cdist

Floats = NDArray[np.float64]

_FIT_POINTS = 256  # more make the fit slow and hardly change it
_MOST = 1024  # readings, of which a longer search's are a sample: what is learnt from costs their square
_FIT_STEPS = 60
_SCENARIOS = 8
_REFIT = 1.1  # times as many readings
_JITTER = 1e-6
_FIRST, _FAR = 10, 3.0


@dataclass(frozen=True, slots=True)
class Observation:
    """One reading of a candidate's accuracy.

    Attributes:
        candidate: its row in the features.
        value: the accuracy; None: there is none.
        awaited: whether a value is to come, since the candidate is being trained.
        extra_noise: variance of the reading beyond that of a full training; 0 for a full training.
    """

    candidate: int
    value: float | None
    extra_noise: float = 0.0
    awaited: bool = False


@dataclass(frozen=True, slots=True)
class Belief:
    """The posterior of the noise-free accuracy of all n candidates.

    Attributes:
        mean, deviation: (n,).
        scenarios: (s, n): the mean as it would be for each of a few ways in which the networks in training may turn
            out; where none is in training the mean alone.
        noise: the standard deviation of one full training's reading around the network's own accuracy.
        worst: the lowest reading, where it is very low drawn in.
    """

    mean: Floats
    scenarios: Floats
    deviation: Floats
    noise: float
    worst: float


class Surrogate:
    """A Gaussian process over ``features`` (candidates, d), kept up to date as readings come in.

    A candidate that is being trained counts as known for the deviations: that takes the uncertainty from its like, so
    that the next proposals look elsewhere. What it will score is drawn a few times: each is a scenario.
    """

    def __init__(self, features: Floats) -> None:
        self._features = torch.as_tensor(features, dtype=torch.float64)
        self._fitted_at = 0
        self._sampled_at = 0
        self._left_out: Counter[int] = Counter()  # by candidate, how many of its readings are not in the sample
        self._design: list[tuple[int, float]] = []  # candidate and extra noise of each row below
        self._lower = np.zeros((0, 0))
        self._buffer = np.zeros((0, len(features)), dtype=np.float32)
        self._explained = np.zeros(len(features), dtype=np.float32)

    def believe(self, readings: Sequence[Observation], floor: float | None = None, best: Container[int] = ()) -> Belief:
        """The posterior given ``readings``, at least one of them with a value.

        Quickest where ``readings`` are those of the last call and more. Values below ``floor`` need not be told
        apart. Of very many readings a sample is learnt from, those of the ``best`` candidates in any case.
        """
        known = [reading for reading in readings if reading.value is not None]
        values = _winsorised(np.array([reading.value for reading in known]), floor)
        centre, scale, worst = values.mean(), _spread(values), float(values.min())
        if len(known) >= self._fitted_at * _REFIT + 1 or len(known) < self._fitted_at:
            self._fit(known, (values - centre) / scale)
            self._sampled_at, self._left_out = 0, Counter()
        if len(known) > self._sampled_at + _MOST // 4:
            self._sampled_at = len(known)
            self._left_out = _surplus([reading.candidate for reading in known], best)
        left_out = self._left_out.copy()
        values = values[[not _taken(left_out, reading) for reading in known]]
        left_out = self._left_out.copy()
        readings = [reading for reading in readings if not _taken(left_out, reading)]
        self._set_design([(reading.candidate, reading.extra_noise / scale**2) for reading in readings])
        is_known = np.array([reading.value is not None for reading in readings])
        standard = np.zeros((1, len(readings)))
        standard[:, is_known] = (values - centre) / scale - self._mean
        predicted, covariance = self._predict(standard[0], is_known)
        standard[:, ~is_known] = predicted
        # With the scores that are awaited as predicted, and as they might turn out.
        is_awaited = np.array([reading.awaited for reading in readings])
        among = is_awaited[~is_known]
        outcomes = np.vstack([standard, _outcomes(standard[0], is_awaited, covariance[np.ix_(among, among)])])
        weights = solve_triangular(self._lower, outcomes.T, lower=True).T
        means = centre + scale * (self._mean + weights.astype(np.float32) @ self._rows).astype(np.float64)
        variance = np.maximum(self._variance - self._explained, 1e-9)
        self._last = means[0], scale
        return Belief(
            mean=means[0],
            scenarios=means[1:] if len(means) > 1 else means,
            deviation=scale * np.sqrt(variance.astype(np.float64)),
            noise=float(scale * np.sqrt(self._noise)),
            worst=worst,
        )

    def draw(self, candidates: NDArray[np.int64], count: int, rng: Generator) -> Floats:
        """Accuracies of ``candidates`` as they might be, drawn together from the last belief: (count, candidates)."""
        rows = candidates.tolist()
        explained = self._rows[:, rows].astype(np.float64)
        covariance = self._among(rows, rows) - explained.T @ explained
        mean, scale = self._last
        drawn: Floats = mean[candidates] + scale * rng.standard_normal((count, len(rows))) @ _root(covariance).T
        return drawn

    def chance(self, failed: list[int], worked: list[int]) -> Floats:
        """How likely each candidate can be trained, (n,): of those like it, how many could."""
        if not failed:
            return np.ones(len(self._features))
        good, bad = 1.0 + self._like(worked), self._like(failed)
        chance: Floats = good / (good + bad)
        return chance

    def _like(self, candidates: list[int]) -> Floats:
        """How many of ``candidates`` are like each candidate, (n,); those that are half like it count half."""
        left_out = _surplus(candidates)
        sample = list((Counter(candidates) - left_out).elements())
        alike: Floats = self._covariance(sample).sum(axis=0, dtype=np.float64) / self._variance
        return alike * len(candidates) / max(1, len(sample))

    def _fit(self, known: list[Observation], values: Floats) -> None:
        with _quiet():
            from botorch.exceptions import ModelFittingError
            from botorch.fit import fit_gpytorch_mll
            from botorch.models import SingleTaskGP
            from botorch.models.utils.gpytorch_modules import get_covar_module_with_dim_scaled_prior
        from gpytorch.kernels import ScaleKernel
        from gpytorch.mlls import ExactMarginalLogLikelihood
        from gpytorch.priors import LogNormalPrior

        full = [index for index, reading in enumerate(known) if reading.extra_noise == 0]
        chosen = np.array(full if len(full) >= 3 else range(len(known)))
        if len(chosen) > _FIT_POINTS:
            chosen = np.sort(np.random.default_rng(len(chosen)).choice(chosen, _FIT_POINTS, replace=False))
        x = self._features[[known[index].candidate for index in chosen]]
        kernel = ScaleKernel(
            get_covar_module_with_dim_scaled_prior(ard_num_dims=x.shape[1], use_rbf_kernel=True),
            outputscale_prior=LogNormalPrior(0.0, 1.0),
        )
        model = SingleTaskGP(x, torch.as_tensor(values[chosen])[:, None], covar_module=kernel, outcome_transform=None)
        likelihood = ExactMarginalLogLikelihood(model.likelihood, model)
        start = deepcopy(model.state_dict())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that the fit ends at _FIT_STEPS is meant
            try:
                fit_gpytorch_mll(likelihood, optimizer_kwargs={"options": {"maxiter": _FIT_STEPS}})
            except (ModelFittingError, ValueError):  # the latter is torch's, of a step to where a prior has no density
                if self._fitted_at:  # what was fitted last still holds
                    self._fitted_at = len(known)
                    return
                model.load_state_dict(start)  # where no fit succeeds, the prior's own are as good as any
        self._mean = float(model.mean_module.constant.detach())
        self._noise = float(model.likelihood.noise.detach())
        self._variance = float(kernel.outputscale.detach())
        scaled = self._features / kernel.base_kernel.lengthscale.detach()
        self._exact, self._scaled = scaled.numpy(), scaled.to(torch.float32)
        self._fitted_at = len(known)
        self._design = []

    def _covariance(self, candidates: list[int]) -> NDArray[np.float32]:
        """Of ``candidates`` with all: (len(candidates), n)."""
        squared = torch.cdist(self._scaled[candidates], self._scaled, compute_mode="use_mm_for_euclid_dist").square()
        return torch.exp(squared.mul_(-0.5)).mul_(self._variance).numpy()

    def _among(self, some: list[int], others: list[int]) -> Floats:
        """The covariance of few candidates with few, (some, others)."""
        squared = cdist(self._exact[some], self._exact[others], "sqeuclidean")
        covariance: Floats = self._variance * np.exp(-0.5 * squared)
        return covariance

    def _set_design(self, design: list[tuple[int, float]]) -> None:
        """Makes the triangular system that of ``design``, keeping the rows that are right already."""
        same = 0
        while same < min(len(design), len(self._design)) and design[same] == self._design[same]:
            same += 1
        # What is dropped explains nothing any more.
        dropped = self._rows[same:]
        self._explained -= np.einsum("rn,rn->n", dropped, dropped)
        if not same:
            self._explained[:] = 0.0  # rounding does not pile up
        new = design[same:]
        rows = [candidate for candidate, _ in design]
        lower = np.zeros((len(design), len(design)))
        lower[:same, :same] = self._lower[:same, :same]
        if new:
            covariance = self._covariance(rows[same:])
            # Among themselves in double precision: what decides whether a matrix is positive must not be rounded.
            among = self._among(rows[same:], rows)
            cross, corner = among[:, :same], among[:, same:]
            corner += np.diag([self._noise + extra + _JITTER for _, extra in new])
            below = solve_triangular(lower[:same, :same], cross.T, lower=True).T if same else cross
            lower[same:, :same] = below
            lower[same:, same:] = np.linalg.cholesky(corner - below @ below.T)
            covariance -= below.astype(np.float32) @ self._buffer[:same]
            fresh = solve_triangular(lower[same:, same:].astype(np.float32), covariance, lower=True)
            self._store(same, len(design), fresh)
        self._explained += np.einsum("rn,rn->n", self._buffer[same : len(design)], self._buffer[same : len(design)])
        self._lower, self._design = lower, design

    @property
    def _rows(self) -> NDArray[np.float32]:
        """The triangular system's rows: how each design point bears on each candidate, (design, n)."""
        return self._buffer[: len(self._design)]

    def _store(self, start: int, end: int, rows: NDArray[np.float32]) -> None:
        """Writes rows ``start`` to ``end``, in a buffer that doubles when it is full: copying all costs more."""
        if end > len(self._buffer):
            longer = np.zeros((2 * end, self._buffer.shape[1]), dtype=np.float32)
            longer[:start] = self._buffer[:start]
            self._buffer = longer
        self._buffer[start:end] = rows

    def _predict(self, standard: Floats, is_known: NDArray[np.bool_]) -> tuple[Floats, Floats]:
        """What is believed of the scores that are not known, from those that are: mean and covariance.

        The covariance is the inverse of their block of the precision ``inv(L @ L.T)``. ``standard`` (design,) is 0
        where nothing is known.
        """
        if is_known.all():
            return np.zeros(0), np.zeros((0, 0))
        unknown = np.eye(len(standard))[:, ~is_known]
        whitened = solve_triangular(self._lower, np.column_stack([unknown, standard]), lower=True)
        covariance = np.linalg.inv(whitened[:, :-1].T @ whitened[:, :-1])
        return -covariance @ whitened[:, :-1].T @ whitened[:, -1], covariance


def _surplus(candidates: Sequence[int], best: Container[int] = ()) -> Counter[int]:
    """How many readings of which of many candidates to leave out: of the earlier ones all but a sample.

    The latest are those near the front; those of the ``best`` are the front.
    """
    earlier = [candidate for candidate in candidates[: -_MOST // 2] if candidate not in best]
    if len(earlier) <= _MOST // 2:
        return Counter()
    kept = np.random.default_rng(len(candidates)).choice(earlier, _MOST // 2, replace=False)
    return Counter(earlier) - Counter(kept.tolist())


def _taken(left_out: Counter[int], reading: Observation) -> bool:
    """Whether ``reading`` is one of those that are ``left_out``, of which there is one less then."""
    if reading.value is None or not left_out[reading.candidate]:
        return False
    left_out[reading.candidate] -= 1
    return True


def _outcomes(standard: Floats, awaited: NDArray[np.bool_], covariance: Floats) -> Floats:
    """``standard`` with what is awaited drawn, in pairs that lie opposite: (_SCENARIOS or 0, readings)."""
    if not awaited.any():
        return np.zeros((0, len(standard)))
    half = np.random.default_rng(len(standard)).standard_normal((_SCENARIOS // 2, len(covariance)))
    outcomes = np.repeat(standard[None], _SCENARIOS, axis=0)
    outcomes[:, awaited] += np.vstack([half, -half]) @ _root(covariance).T
    return outcomes


def _spread(values: Floats) -> float:
    """The standard deviation; 1 where all are the same, but for rounding."""
    return float(values.std()) if np.ptp(values) > 1e-9 * np.abs(values).max() else 1.0


def _root(covariance: Floats) -> Floats:
    """``R`` with ``R @ R.T`` the covariance, which rounding may leave a little less than positive."""
    values, vectors = np.linalg.eigh(covariance)
    root: Floats = vectors * np.sqrt(np.maximum(values, 0.0))
    return root


@contextmanager
def _quiet() -> Iterator[None]:
    """Keeps to itself what BoTorch's import says of compilers and of torch's deprecations."""
    logging.getLogger("torch.utils.cpp_extension").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _winsorised(values: Floats, floor: float | None) -> Floats:
    """Values far below the rest, raised to where they still say "bad": one such would flatten all other differences.

    Far below is three times as far from the median as the upper quartile is above it. The first trials, spread over
    the space, set that: later ones are good, and below these a front still has its cheap end. Nothing above
    ``floor`` is touched.
    """
    middle, upper = np.quantile(values[:_FIRST], [0.5, 0.75])
    lowest = middle - _FAR * (upper - middle)
    return np.maximum(values, lowest if floor is None else min(lowest, floor)) if upper > middle else values
