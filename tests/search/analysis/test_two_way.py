"""Columns of a table with missing cells, against least squares on the whole design."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis.two_way import Cell, two_way


def test_of_a_whole_table_the_effects_are_differences_of_means() -> None:
    table = np.array([[0.5, 0.6, 0.7], [0.2, 0.4, 0.3]])
    found = two_way([(row, column, score) for (row, column), score in np.ndenumerate(table)])
    assert found.effects == pytest.approx(table.mean(axis=0) - table.mean())
    residuals = table - table.mean(axis=1, keepdims=True) - found.effects
    assert found.squares == pytest.approx((residuals**2).sum())
    assert found.freedom == 2
    assert found.covariance == pytest.approx(np.eye(3) / 2 - np.full((3, 3), 1 / 6))


def test_no_cells_say_nothing() -> None:
    found = two_way([])
    assert (len(found.effects), found.squares, found.freedom) == (0, 0.0, 0)


def test_columns_that_no_row_connects_are_not_compared() -> None:
    found = two_way([(0, 0, 0.5), (0, 1, 0.6), (1, 2, 0.1), (1, 3, 0.3)])
    assert found.effects == pytest.approx([-0.05, 0.05, -0.1, 0.1])
    assert found.freedom == 0


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, 9)), max_size=20), st.integers(0, 99))
def test_it_is_least_squares(others: list[Cell], seed: int) -> None:
    """Of tables that a row connects; cells may have several scores, or none."""
    cells = [*((0, column, 3.0) for column in range(4)), *((row, 0, 1.0) for row in range(1, 5)), *others]
    cells = [(row, column, score + 0.1 * ((seed + index) % 7)) for index, (row, column, score) in enumerate(cells)]
    design = np.zeros((len(cells) + 1, 9))
    for index, (row, column, _) in enumerate(cells):
        design[index, [row, 5 + column]] = 1
    design[-1, 5:] = 1  # the effects have the mean 0
    inverse = np.linalg.inv(design.T @ design)
    solution = inverse @ design.T @ np.array([*(score for _, _, score in cells), 0.0])
    found = two_way(cells)
    assert found.effects == pytest.approx(solution[5:], abs=1e-9)
    residuals = design[:-1] @ solution - np.array([score for _, _, score in cells])
    assert found.squares == pytest.approx((residuals**2).sum(), abs=1e-9)
    assert found.freedom == len(cells) - 5 - 3
    contrast = np.array([1.0, -1.0, 0.0, 0.0])  # does not ask what the mean of the effects is
    assert contrast @ found.covariance @ contrast == pytest.approx(contrast @ inverse[5:, 5:] @ contrast)
