"""The closed form of the expected hypervolume improvement, against exact volumes, averages and brute force."""

import moocore
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import Generator
from numpy.typing import NDArray

from search.optimize.improvement import (
    Staircase,
    expected_hypervolume_improvement,
    expected_improvement,
    most_improving,
)

Floats = NDArray[np.float64]

SEEDS = st.integers(0, 2**32 - 1)
COSTS = st.sampled_from([1, 2])
FEW = settings(max_examples=25)


def reference_of(costs: int) -> Floats:
    """Accuracy 0.2, and 1.5 of each cost: what is drawn below lies partly beyond."""
    return np.array([0.2] + [1.5] * costs)


def drawn_front(rng: Generator, costs: int) -> tuple[Floats, Floats]:
    """Some networks; coarse numbers, so that there are ties."""
    n = int(rng.integers(0, 12))
    return rng.integers(0, 10, n) / 10, rng.integers(1, 18, (n, costs)) / 10


def volume(accuracies: Floats, costs: Floats, reference: Floats) -> float:
    """The dominated hypervolume as moocore has it, which minimises."""
    if not len(accuracies):
        return 0.0
    minimised = reference.copy()
    minimised[0] = -minimised[0]
    return float(moocore.hypervolume(np.column_stack([-accuracies, costs]), ref=minimised))


def improvement_by_volumes(accuracy: float, cost: Floats, front: tuple[Floats, Floats], reference: Floats) -> float:
    accuracies, costs = front
    more = volume(np.append(accuracies, accuracy), np.vstack([costs, cost]), reference)
    return more - volume(accuracies, costs, reference)


@FEW
@given(seed=SEEDS, dimensions=COSTS)
def test_the_level_at_a_cost_is_the_best_accuracy_within_it(seed: int, dimensions: int) -> None:
    rng, reference = np.random.default_rng(seed), reference_of(dimensions)
    accuracies, costs = drawn_front(rng, dimensions)
    limits = rng.integers(0, 15, (20, dimensions)) / 10  # often at the very cost of a network
    expected = [
        max([reference[0], *accuracies[(costs <= limit).all(axis=1) & (costs < reference[1:]).all(axis=1)]])
        for limit in limits
    ]
    assert Staircase.of(accuracies, costs, reference).level_at(limits).tolist() == expected


def improvement_within_limits(accuracy: float, cost: Floats, front: tuple[Floats, Floats], reference: Floats) -> float:
    """Of the best accuracy of all networks below the limits of the reference."""
    accuracies, costs = front
    best = max([reference[0], *accuracies[(costs < reference[1:]).all(axis=1)]])
    return max(0.0, accuracy - best) if (cost < reference[1:]).all() else 0.0


@FEW
@given(seed=SEEDS, dimensions=COSTS, mass=st.sampled_from([0.0, 0.7]))
def test_without_uncertainty_it_is_the_exact_improvement(seed: int, dimensions: int, mass: float) -> None:
    rng, reference = np.random.default_rng(seed), reference_of(dimensions)
    front = drawn_front(rng, dimensions)
    mean, costs = rng.random(10), rng.integers(0, 18, (10, dimensions)) / 10
    exact = [
        improvement_by_volumes(y, cost, front, reference) + mass * improvement_within_limits(y, cost, front, reference)
        for y, cost in zip(mean, costs, strict=True)
    ]
    found = expected_hypervolume_improvement(mean, np.zeros(10), costs, Staircase.of(*front, reference), mass)
    assert found == pytest.approx(exact, abs=1e-12)


@pytest.mark.parametrize("dimensions", [1, 2])
@pytest.mark.parametrize("seed", range(3))
def test_it_is_the_average_improvement_over_normal_draws(dimensions: int, seed: int) -> None:
    rng, reference = np.random.default_rng(seed), reference_of(dimensions)
    front = rng.random(8), rng.uniform(0.1, 1.4, (8, dimensions))
    mean, deviation, costs = np.array([0.3, 0.7, 0.9]), np.array([0.3, 0.1, 0.2]), rng.uniform(0, 0.9, (3, dimensions))
    found = expected_hypervolume_improvement(mean, deviation, costs, Staircase.of(*front, reference))
    for index in range(3):
        draws = rng.normal(mean[index], deviation[index], 2000)
        improvements = np.array([improvement_by_volumes(y, costs[index], front, reference) for y in draws])
        error = improvements.std() / np.sqrt(len(draws))
        assert found[index] > 0
        assert found[index] == pytest.approx(improvements.mean(), abs=4 * error + 1e-12)


@pytest.mark.parametrize("costs", [[[1.5]], [[2.0]], [[1.5, 0.1]], [[0.1, 7.0]]])
def test_beyond_the_reference_nothing_is_gained(costs: list[list[float]]) -> None:
    cost = np.array(costs)
    reference = reference_of(cost.shape[1])
    empty = Staircase.of(np.zeros(0), np.zeros((0, cost.shape[1])), reference)
    gain = expected_hypervolume_improvement(np.array([0.9]), np.array([0.5]), cost, empty)
    assert gain.tolist() == [0.0]
    within = expected_hypervolume_improvement(np.array([0.9]), np.array([0.5]), np.minimum(cost, 1.4), empty)
    assert within[0] > 0


def test_expected_improvement_at_known_points() -> None:
    """At the level itself it is s / sqrt(2 pi); far above, the gap; far below and without deviation, nothing."""
    mean, deviation = np.array([0.5, 5.0, -5.0, 0.7, 0.3]), np.array([0.2, 0.2, 0.2, 0.0, 0.0])
    expected = [0.2 / np.sqrt(2 * np.pi), 4.5, 0.0, 0.2, 0.0]
    assert expected_improvement(mean, deviation, np.full(5, 0.5)) == pytest.approx(expected, abs=1e-12)


@FEW
@given(seed=SEEDS, dimensions=COSTS, many=st.booleans(), mass=st.sampled_from([0.0, 0.7]))
def test_the_most_improving_is_that_of_brute_force(seed: int, dimensions: int, many: bool, mass: float) -> None:
    rng, reference = np.random.default_rng(seed), reference_of(dimensions)
    n = 1500 if many else int(rng.integers(1, 30))  # more than are looked at together, or few
    scenarios = int(rng.integers(1, 4))
    fronts = [Staircase.of(*drawn_front(rng, dimensions), reference) for _ in range(scenarios)]
    means, deviation = rng.normal(0.5, 0.3, (scenarios, n)), rng.uniform(0.01, 0.3, n)
    costs, weight = rng.uniform(0, 1.9, (n, dimensions)), rng.random(n)
    costs[0] = 0.5  # one at least lies within the reference
    values = weight * sum(
        expected_hypervolume_improvement(mean, deviation, costs, front, mass)
        for mean, front in zip(means, fronts, strict=True)
    )
    assert values.max() > 0
    assert most_improving(means, deviation, costs, fronts, weight, mass) == int(np.argmax(values))


def test_what_counts_at_the_limits_decides_between_a_cheap_network_and_an_accurate_one() -> None:
    """The cheap one improves on 0.5 by 0.1 at 14 of 15 limits, the accurate one by 0.3 at 1 of 15."""
    front = Staircase.of(np.array([0.5]), np.array([[0.05]]), reference_of(1))
    means, costs = np.array([[0.6, 0.8]]), np.array([[0.1], [1.4]])
    assert most_improving(means, np.zeros(2), costs, [front], np.ones(2)) == 0
    assert most_improving(means, np.zeros(2), costs, [front], np.ones(2), limit_mass=1.0) == 1


def test_the_weight_decides_between_equals() -> None:
    front = Staircase.of(np.array([0.5]), np.array([[0.5]]), reference_of(1))
    same = np.full((1, 3), 0.6), np.full(3, 0.1), np.full((3, 1), 0.4)
    assert most_improving(*same, [front], np.array([0.2, 0.9, 0.5])) == 1


def test_where_none_can_improve_it_is_the_likeliest() -> None:
    """All are known, and below the front."""
    front = Staircase.of(np.array([0.9]), np.array([[0.1]]), reference_of(1))
    mean, costs = np.array([0.3, 0.8, 0.5]), np.array([[0.2], [1.2], [0.9]])
    assert most_improving(mean[None], np.zeros(3), costs, [front], np.ones(3)) == 1


def test_where_all_are_beyond_the_reference_it_is_the_best() -> None:
    front = Staircase.of(np.array([0.9]), np.array([[0.1]]), reference_of(1))
    assert most_improving(np.array([[0.3, 0.8]]), np.ones(2), np.full((2, 1), 2.0), [front], np.ones(2)) == 1


def test_where_improvement_is_all_but_impossible_it_is_the_likeliest() -> None:
    """40 and 50 deviations below the front: both improvements are zero to machine precision."""
    front = Staircase.of(np.array([0.9]), np.array([[0.1]]), reference_of(1))
    mean, costs = np.array([0.5, 0.4]), np.array([[1.4], [0.2]])
    assert most_improving(mean[None], np.full(2, 0.01), costs, [front], np.ones(2)) == 0
