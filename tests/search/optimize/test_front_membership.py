"""Probabilities of belonging to the front, against closed forms."""

import numpy as np
import pytest
from scipy.stats import norm

from search.optimize.front_membership import front_probabilities


def probabilities(*networks: tuple[float, float, float], epsilon: float = 0.0) -> list[float]:
    accuracies, errors, costs = np.array(networks).T
    return front_probabilities(accuracies, errors, costs[:, None], epsilon=epsilon).tolist()


def test_the_cheapest_is_sure_and_the_next_has_the_normal_probability() -> None:
    cheap, expensive = probabilities((0.80, 0.03, 10), (0.82, 0.04, 20))
    assert cheap == pytest.approx(1)
    assert expensive == pytest.approx(norm.cdf(0.02 / 0.05))


def test_costs_within_epsilon_are_ties_of_which_the_more_accurate_is_on_the_front() -> None:
    assert probabilities((0.80, 0.001, 1000), (0.90, 0.001, 1001)) == pytest.approx([1, 1])
    assert probabilities((0.80, 0.001, 1000), (0.90, 0.001, 1001), epsilon=0.01) == pytest.approx([0, 1])
    assert probabilities((0.90, 0.001, 1000), (0.80, 0.001, 1001), epsilon=0.01) == pytest.approx([1, 0])


def test_equal_networks_share_the_probability() -> None:
    one, other = probabilities((0.8, 0.02, 10), (0.8, 0.02, 10))
    assert one + other == pytest.approx(1)
    assert one == pytest.approx(0.5)


def test_without_error_it_is_the_plain_front() -> None:
    assert probabilities((0.5, 0, 1), (0.4, 0, 2), (0.7, 0, 3), (0.6, 0, 4)) == pytest.approx([1, 0, 1, 0])


def test_two_costs_must_both_be_no_higher() -> None:
    costs = np.array([[1.0, 2.0], [2.0, 1.0], [2.0, 2.0]])
    assert front_probabilities(np.array([0.5, 0.6, 0.4]), np.zeros(3), costs) == pytest.approx([1, 1, 0])


def test_many_networks_have_the_share_of_draws_in_which_none_no_more_expensive_is_better() -> None:
    rng = np.random.default_rng(0)
    n = 300  # more than are integrated at a time
    costs = rng.integers(0, 40, size=(n, 2)).astype(float)
    accuracies, errors = 0.5 + 0.004 * costs.sum(axis=1) + rng.normal(0, 0.02, n), rng.uniform(0.01, 0.04, n)
    draws = accuracies + errors * rng.standard_normal((4000, n))
    shares = []
    for one in range(n):
        others = (costs <= costs[one]).all(axis=1)
        others[one] = False
        shares.append((draws[:, others].max(axis=1, initial=-np.inf) <= draws[:, one]).mean())
    assert front_probabilities(accuracies, errors, costs) == pytest.approx(shares, abs=0.04)
