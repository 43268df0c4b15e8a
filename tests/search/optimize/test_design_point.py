"""Values far below the rest are raised before a fit."""

import numpy as np
import pytest

from search.optimize.design_point import lowest_informative


def test_one_very_low_value_does_not_flatten_the_rest() -> None:
    values = np.array([0.5, 0.6, 0.7, 0.8, 0.9, -50.0])
    # The median is 0.65, the upper quartile 0.775: three times 0.125 below 0.65.
    assert lowest_informative(values, None) == pytest.approx(0.275)
    assert lowest_informative(values, 0.1) == pytest.approx(0.1)
    assert lowest_informative(values, 0.4) == pytest.approx(0.275)


def test_values_that_are_not_far_below_are_left() -> None:
    values = np.array([0.5, 0.5, 0.9, 0.4, 0.3])
    assert lowest_informative(values, None) <= values.min()
    alike = np.array([0.5, 0.5, 0.5, 0.1])
    assert lowest_informative(alike, None) == -np.inf


def test_the_first_ten_say_what_is_very_low() -> None:
    values = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0] + [0.95] * 50 + [-9.0])
    # Median 0.55, upper quartile 0.775; with the later fifty all would be said to be far below 0.95.
    assert lowest_informative(values, None) == pytest.approx(0.55 - 3 * 0.225)
