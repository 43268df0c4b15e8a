"""Probabilities of belonging to the front, against closed forms."""

import numpy as np
import pytest
from scipy.stats import norm

from search.strategy.membership import front_probabilities


def probabilities(*networks: tuple[float, float, float], epsilon: float = 0.0) -> list[float]:
    accuracies, errors, costs = np.array(networks).T
    return front_probabilities(accuracies, errors, costs[:, None], epsilon=epsilon).tolist()


def test_the_cheapest_is_sure_and_the_next_has_the_normal_probability() -> None:
    cheap, dear = probabilities((0.80, 0.03, 10), (0.82, 0.04, 20))
    assert cheap == 1
    assert dear == pytest.approx(norm.cdf(0.02 / 0.05), abs=0.03)


def test_costs_within_epsilon_are_ties_of_which_the_more_accurate_is_on_the_front() -> None:
    assert probabilities((0.80, 0.001, 1000), (0.90, 0.001, 1001)) == [1, 1]
    assert probabilities((0.80, 0.001, 1000), (0.90, 0.001, 1001), epsilon=0.01) == [0, 1]
    assert probabilities((0.90, 0.001, 1000), (0.80, 0.001, 1001), epsilon=0.01) == [1, 0]


def test_equal_twins_share_the_place() -> None:
    one, other = probabilities((0.8, 0.02, 10), (0.8, 0.02, 10))
    assert one + other == pytest.approx(1)
    assert one == pytest.approx(0.5, abs=0.04)


def test_without_error_it_is_the_plain_front() -> None:
    assert probabilities((0.5, 0, 1), (0.4, 0, 2), (0.7, 0, 3), (0.6, 0, 4)) == [1, 0, 1, 0]


def test_two_costs_must_both_be_no_higher() -> None:
    costs = np.array([[1.0, 2.0], [2.0, 1.0], [2.0, 2.0]])
    assert front_probabilities(np.array([0.5, 0.6, 0.4]), np.zeros(3), costs).tolist() == [1, 1, 0]
