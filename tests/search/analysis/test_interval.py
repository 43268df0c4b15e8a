"""Between which shares an accuracy lies."""

from math import hypot, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from pipelines.training.shares import binomial_error
from search.analysis.interval import Interval, accuracy_interval, interval_of, normal_interval, with_interval

Z = 1.959963984540054  # of 95 %, two-sided
SHARES = st.floats(0, 1)
ERRORS = st.floats(1e-6, 2)
IMAGES = st.integers(1, 100_000)


@given(st.integers(1, 5000).flatmap(lambda images: st.tuples(st.integers(0, images), st.just(images))))
def test_it_is_wilsons(counts: tuple[int, int]) -> None:
    correct, images = counts
    share, spread = correct / images, Z**2 / images
    middle = (share + spread / 2) / (1 + spread)
    half = Z * sqrt(share * (1 - share) / images + spread / (4 * images)) / (1 + spread)
    interval = accuracy_interval(correct, images)
    assert (interval.low, interval.high) == pytest.approx((middle - half, middle + half), abs=1e-12)


@given(st.integers(1, 5000).flatmap(lambda images: st.tuples(st.integers(0, images), st.just(images))))
def test_with_the_error_of_the_images_alone_it_is_that_of_so_many_images(counts: tuple[int, int]) -> None:
    correct, images = counts
    interval = interval_of(correct / images, binomial_error(correct / images, images), images)
    known = binomtest(correct, images).proportion_ci(confidence_level=0.95, method="wilson")
    assert (interval.low, interval.high) == pytest.approx((known.low, known.high), abs=1e-9)
    assert interval == accuracy_interval(correct, images)


@pytest.mark.parametrize("images", [1, 30, 10_000])
def test_where_all_or_none_are_right_one_end_is_the_value(images: int) -> None:
    assert accuracy_interval(images, images).high == 1.0
    assert accuracy_interval(0, images).low == 0.0
    assert accuracy_interval(0, images).high == pytest.approx(Z**2 / (images + Z**2))


def test_an_error_that_includes_more_counts_as_fewer_images() -> None:
    """Seeds that add as much variance as the images do leave half of these."""
    of_images = binomial_error(0.8, 300)
    interval, half = interval_of(0.8, hypot(of_images, of_images), 300), accuracy_interval(120, 150)
    assert (interval.low, interval.high) == pytest.approx((half.low, half.high))


@given(SHARES, ERRORS, ERRORS, IMAGES)
def test_it_is_within_all_shares_around_the_value_and_wider_with_a_larger_error(
    value: float, error: float, other: float, images: int
) -> None:
    narrow, wide = (interval_of(value, one, images) for one in sorted((error, other)))
    assert 0 <= wide.low <= value <= wide.high <= 1
    assert 0 <= narrow.low <= value <= narrow.high <= 1
    rounding = 1e-12
    assert wide.low <= narrow.low + rounding
    assert wide.high >= narrow.high - rounding
    if max(error, other) > 1.01 * min(error, other):
        assert wide.high - wide.low > narrow.high - narrow.low


def test_of_no_error_it_is_the_value() -> None:
    assert interval_of(0.4, 0.0, 10) == Interval(low=0.4, high=0.4)


def test_a_value_that_rounding_put_beyond_has_the_interval_of_the_end() -> None:
    assert interval_of(1.0000001, 0.02, 50) == interval_of(1.0, 0.02, 50)
    assert interval_of(-0.0000001, 0.02, 50) == interval_of(0.0, 0.02, 50)


@pytest.mark.parametrize(("correct", "images"), [(0, 0), (5, 4), (-1, 4)])
def test_of_images_that_there_can_not_be_there_is_none(correct: int, images: int) -> None:
    with pytest.raises(ValueError, match=f"got {correct} of {images}"):
        accuracy_interval(correct, images)


def test_that_of_an_expected_value_is_normal_and_within_all_shares() -> None:
    interval = normal_interval(0.6, 0.1)
    assert (interval.low, interval.high) == pytest.approx((0.6 - 0.1 * Z, 0.6 + 0.1 * Z))
    assert normal_interval(0.9, 0.1).high == 1.0
    assert normal_interval(0.1, 0.1).low == 0.0
    assert normal_interval(1.2, 0.01) == Interval(low=1.0, high=1.0), "a posterior may be beyond"


def test_where_all_are_right_it_is_no_point() -> None:
    interval = accuracy_interval(10, 10)
    assert interval.high == 1.0
    assert interval.low == pytest.approx(10 / (10 + Z**2))


def test_it_is_said_in_words_and_in_figures() -> None:
    interval = accuracy_interval(50, 100)
    assert interval.describe("images") == "95% interval (images): 40.4% to 59.6%"
    assert with_interval(0.5, interval) == "50.00% (40.4 to 59.6)"
    assert interval.to_dict() == {"low": interval.low, "high": interval.high, "confidence": 0.95}


def test_two_that_have_nothing_in_common_are_apart() -> None:
    few, many = accuracy_interval(45, 296), accuracy_interval(655, 2485)
    assert few.apart_from(many)
    assert many.apart_from(few)
    assert not few.apart_from(accuracy_interval(50, 296))
