"""Counts as people write them, and limits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spaces import Budgets, format_count, parse_count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("2.5M", 2_500_000),
        ("250m", 250_000_000),
        ("1.2G", 1_200_000_000),
        ("300K", 300_000),
        (4096, 4096),
        ("1e6", 10**6),
    ],
)
def test_reads_counts(text: str | int, count: int) -> None:
    assert parse_count(text) == count


@pytest.mark.parametrize("text", ["", "many", "M", "0", "-1M", True, "nan", "inf", "2,5M", "1T"])
def test_refuses_what_is_no_count(text: str) -> None:
    with pytest.raises(ValueError, match="expected a number"):
        parse_count(text)


@given(st.integers(1, 10**13))
def test_short_form_keeps_four_digits(count: int) -> None:
    assert parse_count(format_count(count)) == pytest.approx(count, rel=5.1e-4)


def test_a_cost_equal_to_its_limit_is_allowed() -> None:
    budgets = Budgets(params=10, flops=20)
    assert budgets.allow(10, 20)
    assert not budgets.allow(11, 20)
    assert not budgets.allow(10, 21)
    assert Budgets().allow(10**12, 10**15)


def test_describes_itself() -> None:
    assert str(Budgets(params=2_500_000, flops=40_000_000)) == "2.5M parameters and 40M FLOPs"
    assert str(Budgets(flops=10**9)) == "1G FLOPs"
    assert str(Budgets()) == "no limit"
