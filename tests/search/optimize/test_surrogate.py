"""The posterior over all candidates, against the textbook's dense formulas."""

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from search.optimize import observation_sample
from search.optimize.design_point import DesignPoint, lowest_telling
from search.optimize.surrogate import Posterior, Surrogate

Floats = NDArray[np.float64]

CANDIDATES = 60
FEATURES = np.random.default_rng(0).random((CANDIDATES, 3))
# Bounded, and both halves alike, so that no value is far below the rest.
VALUES = 0.5 + 0.2 * np.sin(5 * FEATURES[:, 0]) + 0.1 * FEATURES[:, 1]
TOLERANCE = 1e-3


def full(*candidates: int) -> list[DesignPoint]:
    return [DesignPoint(candidate, float(VALUES[candidate])) for candidate in candidates]


def pending(*candidates: int) -> list[DesignPoint]:
    return [DesignPoint(candidate, None, awaited=True) for candidate in candidates]


class Held(Surrogate):
    """One whose hyperparameters are never fitted."""

    def _fit(self, *_: object) -> None: ...


def like(fitted: Surrogate) -> Surrogate:
    """A surrogate that has seen nothing, with the hyperparameters of ``fitted``."""
    fresh = Held(FEATURES)
    for name in ("_mean", "_noise", "_variance", "_scaled", "_exact"):
        setattr(fresh, name, getattr(fitted, name))
    return fresh


@pytest.fixture(scope="module")
def fitted() -> Surrogate:
    fitted = Surrogate(FEATURES)
    fitted.condition_on(full(*range(20)))
    return fitted


def always(candidate: int) -> Callable[[int], set[int]]:
    """The best candidates, however many points there are."""
    return lambda _: {candidate}


def dense(model: Surrogate, points: list[DesignPoint]) -> tuple[Floats, Floats]:
    """Mean and deviation by the textbook: Rasmussen and Williams, "Gaussian Processes", 2006, equations 2.25-26."""
    values = np.array([point.value for point in points])
    scale = values.std()
    scaled = model._scaled.numpy().astype(np.float64)
    squared = ((scaled[:, None] - scaled[None]) ** 2).sum(axis=2)
    prior = model._variance * np.exp(-0.5 * squared)
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


def test_readings_in_part_and_repeated_follow_the_textbook_too(fitted: Surrogate) -> None:
    points = [*full(*range(18)), DesignPoint(3, 0.6, extra_noise=0.01), DesignPoint(3, 0.4)]
    assert_same(like(fitted).condition_on(points), *dense(fitted, points))


def test_one_reading_more_at_a_time_comes_to_the_same(fitted: Surrogate) -> None:
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


def test_readings_that_are_taken_back_are_forgotten(fitted: Surrogate) -> None:
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


def test_a_noisier_reading_moves_the_belief_less(fitted: Surrogate) -> None:
    points = full(*range(20))
    without = like(fitted).condition_on(points).mean[50]
    moved = [
        like(fitted).condition_on([*points, DesignPoint(50, float(without) + 0.05, extra)]).mean[50] - without
        for extra in (0.0, 0.001, 1.0)
    ]
    assert moved[0] > 1.2 * moved[1] > 0
    assert abs(moved[2]) < 0.2 * moved[0]


def test_repeated_readings_of_a_candidate_are_averaged(fitted: Surrogate) -> None:
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


def test_one_very_low_value_does_not_flatten_the_rest() -> None:
    values = np.array([0.5, 0.6, 0.7, 0.8, 0.9, -50.0])
    # The median is 0.65, the upper quartile 0.775: three times 0.125 below 0.65.
    assert lowest_telling(values, None) == pytest.approx(0.275)
    assert lowest_telling(values, 0.1) == pytest.approx(0.1)
    assert lowest_telling(values, 0.4) == pytest.approx(0.275)


def test_values_that_are_not_far_below_are_left() -> None:
    values = np.array([0.5, 0.5, 0.9, 0.4, 0.3])
    assert lowest_telling(values, None) <= values.min()
    alike = np.array([0.5, 0.5, 0.5, 0.1])
    assert lowest_telling(alike, None) == -np.inf


def test_the_first_ten_say_what_is_very_low() -> None:
    values = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0] + [0.95] * 50 + [-9.0])
    # Median 0.55, upper quartile 0.775; with the later fifty all would be said to be far below 0.95.
    assert lowest_telling(values, None) == pytest.approx(0.55 - 3 * 0.225)


def test_a_disaster_is_expected_to_be_bad_and_no_more() -> None:
    points = [*full(*range(12)), DesignPoint(12, -1000.0)]
    posterior = Surrogate(FEATURES).condition_on(points)
    assert -1 < posterior.worst < VALUES.min()
    assert (posterior.mean > -1).all()
    assert np.corrcoef(posterior.mean[:12], VALUES[:12])[0, 1] > 0.8


def test_constant_readings_are_learnt() -> None:
    posterior = Surrogate(FEATURES).condition_on([DesignPoint(row, 0.1) for row in range(6)])
    assert np.abs(posterior.mean - 0.1).max() < 1e-6
    assert np.isfinite(posterior.deviation).all()


def test_draws_have_the_belief_s_mean_and_deviation(fitted: Surrogate) -> None:
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


def test_of_very_many_readings_a_sample_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observation_sample, "_MOST", 24)
    model = Surrogate(FEATURES)
    posterior = model.condition_on(full(*range(CANDIDATES)))
    assert len(model._design) == 24
    assert {row for row, _ in model._design} >= set(range(CANDIDATES - 12, CANDIDATES)), "the latest are all there"
    assert np.corrcoef(posterior.mean, VALUES)[0, 1] > 0.9
    model.condition_on([*full(*range(CANDIDATES)), DesignPoint(5, None), *pending(7)])
    assert len(model._design) == 26, "what has no value is never left out"


def test_the_best_are_in_the_sample_and_it_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observation_sample, "_MOST", 8)
    for first in (0, 4, 8):
        model = Surrogate(FEATURES)
        model.condition_on(full(*range(CANDIDATES)), best=always(first))
        assert first in {row for row, _ in model._design}
        assert len(model._design) == 9
    seeds = [DesignPoint(0, 0.5)] * 3
    model.condition_on([*full(*range(CANDIDATES)), *seeds])
    assert sum(row == 0 for row, _ in model._design) >= 3, "further seeds of what was left out count"


def test_few_readings_are_all_used() -> None:
    assert observation_sample.surplus_of(range(observation_sample._MOST)) == Counter()
    assert observation_sample.surplus_of(range(observation_sample._MOST + 10)).total() == 10


def test_of_very_many_that_failed_a_sample_speaks_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Surrogate(FEATURES)
    model.condition_on(full(*range(CANDIDATES)))
    exact = model._like(list(range(CANDIDATES)))
    monkeypatch.setattr(observation_sample, "_MOST", 40)
    sampled = model._like(list(range(CANDIDATES)))
    assert not np.array_equal(sampled, exact)
    np.testing.assert_allclose(sampled.mean(), exact.mean(), rtol=0.2)
    assert np.corrcoef(sampled, exact)[0, 1] > 0.9


def test_scores_that_lead_the_fit_astray_end_no_search() -> None:
    """One network unlike all others sends the kernel's output scale to 0, where its prior has no density."""
    features = np.random.default_rng(3).integers(0, 2, (100, 10)).astype(np.float64)
    values = np.eye(1, 100)[0]
    posterior = Surrogate(features).condition_on(
        [DesignPoint(row, float(value)) for row, value in enumerate(values)], 0.0
    )
    assert np.isfinite(posterior.mean).all()
    assert (posterior.deviation > 0).all()


def astray(likelihood: object, **options: object) -> None:
    for parameter in likelihood.model.parameters():  # type: ignore[attr-defined]
        parameter.data.fill_(float("nan"))
    raise ValueError("found invalid values")


def test_where_no_fit_succeeds_the_prior_has_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botorch.fit.fit_gpytorch_mll", astray)
    posterior = Surrogate(FEATURES).condition_on(full(*range(20)))
    assert np.isfinite(posterior.mean).all()
    assert posterior.noise > 0


def test_where_a_later_fit_fails_the_last_one_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    surrogate = Surrogate(FEATURES)
    surrogate.condition_on(full(*range(20)))
    fits = (surrogate._mean, surrogate._noise, surrogate._variance)
    monkeypatch.setattr("botorch.fit.fit_gpytorch_mll", astray)
    posterior = surrogate.condition_on(full(*range(30)))
    assert (surrogate._mean, surrogate._noise, surrogate._variance) == fits
    assert_same(posterior, *dense(surrogate, full(*range(30))))


def same(one: Posterior, other: Posterior) -> bool:
    """To the bit."""
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in ("mean", "deviation", "scenarios"))


def test_earlier_posteriors_change_nothing() -> None:
    """Design points that come one by one, some of them taken back, and all at once: to the bit the same posterior."""
    estimates = [DesignPoint(row, float(VALUES[row]), extra_noise=0.001 * row) for row in (40, 41)]
    points = [*full(*range(20)), *estimates, *full(*range(20, 38)), DesignPoint(50, None), *pending(51)]
    grown = Surrogate(FEATURES)
    for count in range(17, len(points) + 1):
        grown.condition_on([*points[:count], *(pending(55) if count % 2 else [])])
        torch.rand(1)  # whoever else draws from torch's own generator
    assert same(grown.condition_on(points), Surrogate(FEATURES).condition_on(points))


def test_estimates_of_stopped_trainings_do_not_change_the_fit() -> None:
    """They change with each training that is completed; the values of complete ones do not."""
    one, other = Surrogate(FEATURES), Surrogate(FEATURES)
    one.condition_on([*full(*range(12)), DesignPoint(30, 0.1, extra_noise=0.01)])
    other.condition_on([*full(*range(12)), DesignPoint(30, 0.4, extra_noise=0.02)])
    assert (one._mean, one._noise, one._variance) == (other._mean, other._noise, other._variance)


def test_where_a_fit_fails_a_new_surrogate_has_what_an_older_one_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fit to 31 points fails, for who fitted 27 before and for who begins with all of them."""
    import botorch.fit

    fit = botorch.fit.fit_gpytorch_mll

    def failing(likelihood: object, **options: object) -> object:
        if len(likelihood.model.train_targets) == 31:  # type: ignore[attr-defined]
            raise ValueError("found invalid values")
        return fit(likelihood, **options)

    monkeypatch.setattr("botorch.fit.fit_gpytorch_mll", failing)
    grown = Surrogate(FEATURES)
    for count in range(25, 33):
        posterior = grown.condition_on(full(*range(count)))
    assert same(posterior, Surrogate(FEATURES).condition_on(full(*range(32))))
