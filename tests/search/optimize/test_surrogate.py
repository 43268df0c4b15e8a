"""The posterior over all candidates, against the textbook's dense formulas."""

import numpy as np
import pytest

from search.optimize.design_point import DesignPoint
from search.optimize.surrogate import Surrogate
from tests.search.optimize.surrogates import (
    CANDIDATES,
    FEATURES,
    PARTS,
    TOLERANCE,
    VALUES,
    assert_same,
    dense,
    full,
    pending,
)


class Held(Surrogate):
    """One whose hyperparameters are never fitted."""

    def _fit(self, *_: object) -> None: ...


def like(fitted: Surrogate) -> Surrogate:
    """A surrogate that has seen nothing, with the hyperparameters of ``fitted``."""
    fresh = Held(FEATURES, PARTS)
    for name in ("_mean", "_noise", "_variance", "_scaled", "_exact"):
        setattr(fresh, name, getattr(fitted, name))
    return fresh


@pytest.fixture(scope="module")
def fitted() -> Surrogate:
    fitted = Surrogate(FEATURES, PARTS)
    fitted.condition_on(full(*range(20)))
    return fitted


def test_the_posterior_is_that_of_the_textbook(fitted: Surrogate) -> None:
    points = full(*range(20))
    posterior = like(fitted).condition_on(points)
    assert_same(posterior, *dense(fitted, points))
    assert posterior.noise == pytest.approx(VALUES[:20].std() * np.sqrt(fitted._noise))
    assert posterior.worst == VALUES[:20].min()


def test_it_predicts_what_it_has_not_seen(fitted: Surrogate) -> None:
    posterior = like(fitted).condition_on(full(*range(20)))
    unseen = slice(20, None)
    assert np.abs(posterior.mean - VALUES)[unseen].mean() < 0.3 * VALUES[unseen].std()


def test_observations_in_part_and_repeated_follow_the_textbook_too(fitted: Surrogate) -> None:
    points = [*full(*range(18)), DesignPoint(3, 0.6, extra_noise=0.01), DesignPoint(3, 0.4)]
    assert_same(like(fitted).condition_on(points), *dense(fitted, points))


def test_one_observation_more_at_a_time_comes_to_the_same(fitted: Surrogate) -> None:
    """The rows kept from the last call must be those that a fresh start would compute."""
    points = full(*range(20))
    grown = like(fitted)
    for count in range(5, 21):
        posterior = grown.condition_on(points[:count])
    assert_same(posterior, *dense(fitted, points))


def test_results_that_come_in_another_order_come_to_the_same(fitted: Surrogate) -> None:
    """Three are in training; the second ends first, then one is added, then all are known."""
    grown = like(fitted)
    grown.condition_on([*full(*range(20)), *pending(30, 31, 32)])
    half = [*full(*range(20)), *pending(30), *full(31), *pending(32, 33)]
    found = grown.condition_on(half)
    again = like(fitted).condition_on(half)
    assert_same(found, again.mean, again.deviation)
    points = full(*range(20), 30, 31, 32, 33)
    assert_same(grown.condition_on(points), *dense(fitted, points))


def test_observations_that_are_removed_are_forgotten(fitted: Surrogate) -> None:
    grown = like(fitted)
    grown.condition_on([*full(*range(20)), *pending(40, 41)])
    points = full(*range(20))
    assert_same(grown.condition_on(points), *dense(fitted, points))


def test_training_leaves_the_means_and_takes_the_uncertainty(fitted: Surrogate) -> None:
    before = like(fitted).condition_on(full(*range(20)))
    chosen = int(np.argmax(before.deviation))
    after = like(fitted).condition_on([*full(*range(20)), *pending(chosen)])
    scale = VALUES.std()
    assert np.abs(after.mean - before.mean).max() < TOLERANCE * scale
    assert (after.deviation <= before.deviation + TOLERANCE * scale).all()
    # What one more point leaves of the variance: v * noise / (v + noise).
    variance, noise = before.deviation[chosen] ** 2, before.noise**2
    assert after.deviation[chosen] == pytest.approx(np.sqrt(variance * noise / (variance + noise)), rel=0.02)
    assert after.deviation[chosen] < before.deviation[chosen]


def test_a_noisier_observation_moves_the_posterior_less(fitted: Surrogate) -> None:
    points = full(*range(20))
    without = like(fitted).condition_on(points).mean[50]
    moved = [
        like(fitted).condition_on([*points, DesignPoint(50, float(without) + 0.05, extra)]).mean[50] - without
        for extra in (0.0, 0.001, 1.0)
    ]
    assert moved[0] > 1.2 * moved[1] > 0
    assert abs(moved[2]) < 0.2 * moved[0]


def test_repeated_observations_of_a_candidate_are_averaged(fitted: Surrogate) -> None:
    """Two design points weigh as two of their average, in any order, and make surer than one."""
    points = full(*range(20))
    noisy = like(fitted)
    noisy._noise = 0.2
    twice = noisy.condition_on([*points, DesignPoint(45, 0.45), DesignPoint(45, 0.75)])
    order = noisy.condition_on([*points, DesignPoint(45, 0.75), DesignPoint(45, 0.45)])
    same = noisy.condition_on([*points, DesignPoint(45, 0.60), DesignPoint(45, 0.60)])
    once = noisy.condition_on([*points, DesignPoint(45, 0.60)])
    assert twice.mean == pytest.approx(order.mean, abs=1e-4)
    assert twice.mean[45] == pytest.approx(same.mean[45], abs=0.01)
    assert same.deviation[45] < 0.95 * once.deviation[45]


def test_a_disaster_is_expected_to_be_bad_and_no_more() -> None:
    points = [*full(*range(12)), DesignPoint(12, -1000.0)]
    posterior = Surrogate(FEATURES, PARTS).condition_on(points)
    assert -1 < posterior.worst < VALUES.min()
    assert (posterior.mean > -1).all()
    assert np.corrcoef(posterior.mean[:12], VALUES[:12])[0, 1] > 0.8


def test_constant_observations_are_fitted() -> None:
    posterior = Surrogate(FEATURES, PARTS).condition_on([DesignPoint(row, 0.1) for row in range(6)])
    assert np.abs(posterior.mean - 0.1).max() < 1e-6
    assert np.isfinite(posterior.deviation).all()


def test_draws_have_the_posterior_mean_and_deviation(fitted: Surrogate) -> None:
    model = like(fitted)
    posterior = model.condition_on(full(*range(20)))
    rows = np.array([25, 40, 55])
    drawn = model.draw(rows, 4000, np.random.default_rng(0))
    assert drawn.shape == (4000, 3)
    error = posterior.deviation[rows] / np.sqrt(4000)
    assert (np.abs(drawn.mean(axis=0) - posterior.mean[rows]) < 5 * error).all()
    assert drawn.std(axis=0) == pytest.approx(posterior.deviation[rows], rel=0.1)


def test_what_failed_makes_its_like_less_likely(fitted: Surrogate) -> None:
    model = like(fitted)
    assert model.chance([], [1, 2]).tolist() == [1.0] * CANDIDATES
    covariance = model._covariance([7])[0] / model._variance
    near, far = int(np.argsort(-covariance)[1]), int(np.argmin(covariance))
    chance = model.chance([7], [])
    assert chance[7] == pytest.approx(0.5, abs=1e-3)  # one failed, one is taken to have worked
    assert chance[7] < chance[near] < chance[far] <= 1
    assert (model.chance([7], [near])[near]) > chance[near]
    assert (model.chance([7, 7, 7], [])[near]) < chance[near]


def test_scenarios_are_of_what_is_awaited_alone(fitted: Surrogate) -> None:
    """Their mean is the posterior's, since they lie in opposite pairs; they differ at what is being trained."""
    known = full(*range(20))
    nothing = like(fitted).condition_on(known)
    assert nothing.scenarios.tolist() == [nothing.mean.tolist()]
    chosen = int(np.argmax(nothing.deviation))
    failed = like(fitted).condition_on([*known, DesignPoint(chosen, None)])
    assert failed.scenarios.tolist() == [failed.mean.tolist()]
    training = like(fitted).condition_on([*known, *pending(chosen)])
    assert len(training.scenarios) == 8
    assert np.abs(training.scenarios.mean(axis=0) - training.mean).max() < TOLERANCE * VALUES.std()
    assert training.scenarios[:, chosen].std() > 0.3 * nothing.deviation[chosen]
