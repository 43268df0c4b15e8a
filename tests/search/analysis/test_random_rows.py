"""Columns of a table whose rows come from a normal distribution, against generalised least squares written out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis.random_rows import RandomRows
from search.analysis.two_way import Cell, two_way


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, 9)), max_size=20), st.integers(0, 99))
def test_it_is_generalised_least_squares(others: list[Cell], seed: int) -> None:
    """With the ratio that was found; rows but the first have a score in the first column, cells may have several."""
    cells = [*((0, column, 3.0) for column in range(4)), *((row, 0, 1.0) for row in range(1, 5)), *others]
    cells = [(row, column, score + 0.1 * ((seed + index) % 7)) for index, (row, column, score) in enumerate(cells)]
    known = np.random.default_rng(seed).standard_normal((5, seed % 3))
    found = RandomRows.of(cells, known)
    rows, columns = np.zeros((len(cells), 5)), np.zeros((len(cells), 4))
    for index, (row, column, _) in enumerate(cells):
        rows[index, row] = columns[index, column] = 1
    scores = np.array([score for _, _, score in cells])
    covariance = np.eye(len(cells)) + rows @ rows.T / found.ratio
    inverse = np.linalg.inv(covariance)
    design = np.hstack([columns, rows @ (known - known.mean(axis=0))])
    solve = np.linalg.solve(design.T @ inverse @ design, design.T @ inverse)[:4]
    values = solve @ scores
    assert found.effects == pytest.approx(values - values.mean(), abs=1e-6)
    mean_of = rows / rows.sum(axis=0)
    for row in range(5):
        share = mean_of[:, row] @ columns
        weights = mean_of[:, row] - (share - 1 / 4) @ solve
        of_values = rows.T @ weights - np.eye(5)[row]  # how far each row's value is from counting as it should
        expected = weights @ weights + of_values @ of_values / found.ratio
        assert found.variance(row) == pytest.approx(expected, rel=1e-4)


def test_without_chance_it_is_least_squares() -> None:
    cells = [(row, column, 0.1 * row**2 + 0.03 * column) for row in range(5) for column in range(4 - row % 3)]
    found = RandomRows.of(cells)
    assert found.ratio < 1e-5
    assert found.effects == pytest.approx(two_way(cells).effects, abs=1e-5)


@pytest.mark.parametrize("seed", range(40))
def test_one_row_with_two_columns_says_nothing_of_the_ratio(seed: int) -> None:
    """All ratios are equally likely: rounding must not choose one."""
    scores = 0.7 + 0.05 * np.random.default_rng(seed).standard_normal(21)
    best = int(scores[:20].argmax())
    found = RandomRows.of([*((row, 0, float(scores[row])) for row in range(20)), (best, 1, float(scores[20]))])
    assert found.effects[1] - found.effects[0] == pytest.approx(scores[20] - scores[best], abs=1e-5)
    assert found.variance((best + 1) % 20) == pytest.approx(1.5, abs=1e-4)
