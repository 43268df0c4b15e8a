"""Between which shares an accuracy lies."""

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis.interval import accuracy_interval

Z = 1.959963984540054  # of 95 %, two-sided


@given(st.integers(1, 5000).flatmap(lambda images: st.tuples(st.integers(0, images), st.just(images))))
def test_it_is_wilsons(counts: tuple[int, int]) -> None:
    correct, images = counts
    share, spread = correct / images, Z**2 / images
    middle = (share + spread / 2) / (1 + spread)
    half = Z * sqrt(share * (1 - share) / images + spread / (4 * images)) / (1 + spread)
    interval = accuracy_interval(correct, images)
    assert (interval.low, interval.high) == pytest.approx((middle - half, middle + half), abs=1e-12)


def test_where_all_are_right_it_is_no_point() -> None:
    interval = accuracy_interval(10, 10)
    assert interval.high == 1.0
    assert interval.low == pytest.approx(10 / (10 + Z**2))


def test_it_is_said_in_words_and_in_figures() -> None:
    interval = accuracy_interval(50, 100)
    assert str(interval) == "95% confidence interval (images): 40.4% to 59.6%"
    assert interval.to_dict() == {"low": interval.low, "high": interval.high, "confidence": 0.95}


def test_two_that_have_nothing_in_common_are_apart() -> None:
    few, many = accuracy_interval(45, 296), accuracy_interval(655, 2485)
    assert few.apart_from(many)
    assert many.apart_from(few)
    assert not few.apart_from(accuracy_interval(50, 296))
