"""Fronts and hypervolumes by closed form and by definition."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.optimize.pareto import ReferencePoint, hypervolume, non_dominated

REFERENCE = ReferencePoint(value=0.1, costs={"params": 1000, "flops": 10_000})
points = st.lists(st.tuples(st.sampled_from([0.2, 0.5, 0.9]), st.integers(1, 3), st.integers(1, 3)), max_size=12)


def beats(one: tuple[float, int, int], other: tuple[float, int, int]) -> bool:
    nowhere_worse = one[0] >= other[0] and one[1] <= other[1] and one[2] <= other[2]
    return nowhere_worse and one != other


@given(points)
def test_a_point_is_on_the_front_when_none_beats_it(candidates: list[tuple[float, int, int]]) -> None:
    expected = [not any(beats(other, point) for other in candidates) for point in candidates]
    assert non_dominated(candidates) == expected


def test_equal_points_stay_together() -> None:
    assert non_dominated([(0.9, 10, 10), (0.9, 10, 10), (0.8, 10, 10)]) == [True, True, False]
    assert non_dominated([]) == []


def test_hypervolume_of_one_point_is_its_box() -> None:
    share = hypervolume([(0.55, 500, 2000)], REFERENCE)
    assert share == pytest.approx((0.45 / 0.9) * 0.5 * 0.8)


def test_hypervolume_of_two_points_counts_their_overlap_once() -> None:
    one, other = (0.55, 500, 5000), (0.91, 800, 9000)
    a = 0.5 * 0.5 * 0.5
    b = 0.9 * 0.2 * 0.1
    both = 0.5 * 0.2 * 0.1
    assert hypervolume([one, other], REFERENCE) == pytest.approx(a + b - both)


@pytest.mark.parametrize("point", [(0.1, 1, 1), (0.05, 1, 1), (0.9, 1000, 1), (0.9, 2000, 1), (0.9, 1, 10_000)])
def test_points_beyond_the_reference_add_nothing(point: tuple[float, int, int]) -> None:
    assert hypervolume([point], REFERENCE) == 0
    assert hypervolume([(0.55, 500, 2000), point], REFERENCE) == hypervolume([(0.55, 500, 2000)], REFERENCE)


def test_the_ideal_fills_the_box() -> None:
    assert hypervolume([(1.0, 0, 0)], REFERENCE) == pytest.approx(1)
    assert hypervolume([], REFERENCE) == 0


@given(points, points)
def test_more_points_never_cover_less(some: list[tuple[float, int, int]], more: list[tuple[float, int, int]]) -> None:
    reference = ReferencePoint(value=0.1, costs={"params": 4, "flops": 4})
    assert hypervolume(some + more, reference) >= hypervolume(some, reference) - 1e-12


def test_hypervolume_is_the_share_of_a_grid() -> None:
    reference = ReferencePoint(value=0.0, costs={"params": 4, "flops": 4})
    candidates = [(0.25, 1, 3), (0.5, 2, 2), (1.0, 3, 1)]
    cells = list(product(range(4), repeat=3))  # cell (a, p, f) is beaten when a point is at least as good everywhere
    beaten = [
        any(accuracy >= (a + 1) / 4 and params <= p and flops <= f for accuracy, params, flops in candidates)
        for a, p, f in cells
    ]
    assert hypervolume(candidates, reference) == pytest.approx(sum(beaten) / len(cells))
