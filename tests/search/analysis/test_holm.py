"""Several statements at once, with one error rate."""

from random import Random

import pytest

from search.analysis.holm import hold_together


def test_the_surest_of_n_needs_the_nth_part_of_the_doubt() -> None:
    doubts = [0.02, 0.001, 0.012, 0.2]  # the levels are 0.00625, 0.0083, 0.0125 and 0.025
    assert hold_together([1 - doubt for doubt in doubts]) == [False, True, False, False]
    doubts = [0.02, 0.001, 0.008, 0.012]
    assert hold_together([1 - doubt for doubt in doubts]) == [True] * 4


def test_one_statement_is_tested_as_it_is_and_none_is_nothing() -> None:
    assert hold_together([0.976]) == [True]
    assert hold_together([0.974]) == [False]
    assert hold_together([]) == []


@pytest.mark.parametrize("statements", [2, 10])
def test_of_many_wrong_statements_any_holds_as_rarely_as_of_one(statements: int) -> None:
    rng, draws = Random(0), 4000
    wrong = sum(any(hold_together([rng.random() for _ in range(statements)])) for _ in range(draws))
    assert wrong / draws == pytest.approx(0.025, abs=0.008)
