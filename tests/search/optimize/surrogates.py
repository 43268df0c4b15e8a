"""Candidates with known values, and the textbook's posterior of them."""

import numpy as np
from numpy.typing import NDArray

from search.optimize.design_point import DesignPoint
from search.optimize.surrogate import Posterior, Surrogate

Floats = NDArray[np.float64]
CANDIDATES = 60
FEATURES = np.random.default_rng(0).random((CANDIDATES, 3))
PARTS = (2, 1)  # features of each
# Bounded, and both halves alike, so that no value is far below the rest.
VALUES = 0.5 + 0.2 * np.sin(5 * FEATURES[:, 0]) + 0.1 * FEATURES[:, 1]
TOLERANCE = 1e-3


def full(*candidates: int) -> list[DesignPoint]:
    return [DesignPoint(candidate, float(VALUES[candidate])) for candidate in candidates]


def pending(*candidates: int) -> list[DesignPoint]:
    return [DesignPoint(candidate, None, awaited=True) for candidate in candidates]


def dense(model: Surrogate, points: list[DesignPoint]) -> tuple[Floats, Floats]:
    """Mean and deviation by the textbook: Rasmussen and Williams, "Gaussian Processes", 2006, equations 2.25-26."""
    values = np.array([point.value for point in points])
    scale = values.std()
    scaled = model._scaled.numpy().astype(np.float64)
    squared = (scaled[:, None] - scaled[None]) ** 2
    one, other = np.exp(-0.5 * squared[:, :, :2].sum(axis=2)), np.exp(-0.5 * squared[:, :, 2])
    prior = model._variance * (0.95 * (one + other) / 2 + 0.05 * one * other)
    rows = [point.candidate for point in points]
    noise = np.diag([model._noise + point.extra_noise / scale**2 for point in points])
    gain = prior[:, rows] @ np.linalg.inv(prior[np.ix_(rows, rows)] + noise)
    mean = values.mean() + scale * (model._mean + gain @ ((values - values.mean()) / scale - model._mean))
    variance = model._variance - np.einsum("nr,nr->n", gain, prior[:, rows])
    return mean, scale * np.sqrt(np.maximum(variance, 0))


def assert_same(one: Posterior, mean: Floats, deviation: Floats) -> None:
    scale = VALUES.std()
    assert np.abs(one.mean - mean).max() < TOLERANCE * scale
    assert np.abs(one.deviation - deviation).max() < 5 * TOLERANCE * scale
