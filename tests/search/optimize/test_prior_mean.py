"""A cheap score of each candidate is used while it predicts better than no score."""

import numpy as np
import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.optimize.design_point import DesignPoint
from search.optimize.earlier_scores import EarlierScores
from search.optimize.linear_algebra import Floats, generalised_slope, leave_one_out
from search.optimize.optuna_prior import PriorValueError
from search.optimize.optuna_sampler import KnownCostSampler
from search.optimize.prior_mean import PriorSurrogate
from search.optimize.surrogate import Surrogate

RNG = np.random.default_rng(0)
FEATURES = RNG.integers(0, 2, (60, 6)).astype(np.float64)
PARTS = [1] * 6
HIDDEN = RNG.standard_normal(60)  # what no feature says
CANDIDATES = [{"a": a, "b": b} for a in range(5) for b in range(4)]


def points(values: Floats, count: int = 20) -> list[DesignPoint]:
    return [DesignPoint(row, float(values[row])) for row in range(count)]


def test_a_prior_that_knows_more_than_the_features_is_used() -> None:
    values = FEATURES[:, 0] + HIDDEN
    surrogate = PriorSurrogate(FEATURES, PARTS, 100 + 7 * HIDDEN)  # in any unit
    posterior, plain = (one.condition_on(points(values)) for one in (surrogate, Surrogate(FEATURES, PARTS)))
    assert surrogate.uses_prior
    error, without = (np.abs(one.mean[20:] - values[20:]).mean() for one in (posterior, plain))
    assert error < 0.5 * without
    drawn = surrogate.draw(np.arange(60), 500, np.random.default_rng(1))
    np.testing.assert_allclose(drawn.mean(axis=0), posterior.mean, atol=0.3)


def test_noise_is_seldom_taken_for_a_prior() -> None:
    some, used = points(FEATURES[:, 0] + HIDDEN), 0
    for seed in range(10):
        surrogate = PriorSurrogate(FEATURES, PARTS, np.random.default_rng(seed).standard_normal(60))
        surrogate.condition_on(some)
        used += surrogate.uses_prior
    assert used <= 3


@pytest.mark.parametrize("prior", [-HIDDEN, np.ones(60)], ids=["wrong", "constant"])
def test_another_prior_changes_nothing(prior: Floats) -> None:
    surrogate, plain = PriorSurrogate(FEATURES, PARTS, prior), Surrogate(FEATURES, PARTS)
    some = points(FEATURES[:, 0] + HIDDEN)
    posterior, expected = surrogate.condition_on(some), plain.condition_on(some)
    assert not surrogate.uses_prior
    np.testing.assert_array_equal(posterior.mean, expected.mean)
    rows = np.arange(10)
    drawn, same = (one.draw(rows, 3, np.random.default_rng(0)) for one in (surrogate, plain))
    np.testing.assert_array_equal(drawn, same)


@given(st.integers(0, 1000), st.integers(3, 8))
def test_leave_one_out_errors_are_those_without_each(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    root = rng.standard_normal((count, count))
    covariance, values = root @ root.T + np.eye(count), rng.standard_normal(count)
    errors = leave_one_out(covariance, values)
    for one in range(count):
        others = np.delete(np.arange(count), one)
        mean = covariance[one, others] @ np.linalg.solve(covariance[np.ix_(others, others)], values[others])
        assert errors[one] == pytest.approx(values[one] - mean, abs=1e-8)


@given(st.integers(0, 1000), st.floats(-3, 3), st.floats(-3, 3))
def test_the_slope_of_a_line_is_found_and_drawn_towards_0(seed: int, a: float, b: float) -> None:
    rng = np.random.default_rng(seed)
    root = rng.standard_normal((6, 6))
    covariance, x = root @ root.T + np.eye(6), rng.standard_normal(6)
    assert generalised_slope(covariance, x, a + b * x, 0.0) == pytest.approx(b, abs=1e-6)
    assert abs(generalised_slope(covariance, x, a + b * x, 1.0)) <= abs(b) + 1e-9


@pytest.mark.parametrize("direction", ["maximize", "minimize"])
def test_the_sampler_takes_a_prior_in_the_direction_of_its_objective(direction: str) -> None:
    sign = 1 if direction == "maximize" else -1

    def best_after(prior: bool) -> float:
        table = {(one["a"], one["b"]): sign * value for one, value in zip(CANDIDATES, HIDDEN[:20], strict=True)}
        study = optuna.create_study(
            directions=[direction, "minimize"],
            sampler=KnownCostSampler(
                CANDIDATES,
                known_costs=lambda params: 1.0 + params["a"],
                prior=(lambda params: table[params["a"], params["b"]]) if prior else None,
            ),
        )
        choices = {
            "a": optuna.distributions.CategoricalDistribution(range(5)),
            "b": optuna.distributions.CategoricalDistribution(range(4)),
        }
        for _ in range(12):
            trial = study.ask(choices)
            study.tell(trial, [table[trial.params["a"], trial.params["b"]], 1.0 + trial.params["a"]])
        later = study.trials[7:]
        return float(np.mean([sign * trial.values[0] for trial in later]))

    assert best_after(prior=True) > best_after(prior=False)


def test_a_prior_that_is_no_number_is_refused() -> None:
    study = optuna.create_study(
        directions=["maximize", "minimize"],
        sampler=KnownCostSampler(
            CANDIDATES, known_costs=lambda params: 1.0 + params["a"], prior=lambda _: float("nan")
        ),
    )
    with pytest.raises(PriorValueError) as refused:
        study.ask()
    assert refused.value.params == CANDIDATES[0]


def test_earlier_scores_say_something_of_networks_like_those() -> None:
    choices = {"a": range(5), "b": range(4)}
    scores = [(one, float(one["a"])) for one in CANDIDATES[::2]]
    prior = EarlierScores(choices, lambda some: np.array([[1.0 + one["b"]] for one in some]), scores)
    values = prior(CANDIDATES)
    assert np.corrcoef(values, [one["a"] for one in CANDIDATES])[0, 1] > 0.95
