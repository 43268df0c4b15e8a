"""Counts as people write them, and limits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spaces import KNOWN_COSTS, Budgets, format_count, parse_count
from spaces.counts import CountError


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("2.5M", 2_500_000),
        ("250m", 250_000_000),
        ("1.2G", 1_200_000_000),
        ("300K", 300_000),
        (4096, 4096),
        ("1e6", 10**6),
        (1e6, 10**6),
        ("1.5e+3", 1500),
        ("300_000", 300_000),
        (".5K", 500),
        ("0.001 k", 1),
        (" 2.5 M ", 2_500_000),
    ],
)
def test_reads_counts(text: str | int, count: int) -> None:
    assert parse_count(text) == count


@pytest.mark.parametrize(
    "text",
    [
        "",
        "many",
        "M",
        "0",
        "-1M",
        True,
        "nan",
        "inf",
        "2,5M",
        "1T",
        "010",
        "0_7",
        "00.5M",
        "..K",
        "0.0009K",
        0.6,
        "1__0",
        "1e-3",
        "1e400",
        "5\n",
        "0x10",
    ],
)
def test_refuses_what_is_no_count(text: str) -> None:
    with pytest.raises(CountError) as refused:
        parse_count(text)
    assert refused.value.got == repr(text)


@given(st.integers(1, 10**13))
def test_short_form_keeps_four_digits(count: int) -> None:
    assert parse_count(format_count(count)) == pytest.approx(count, rel=5.1e-4)


@pytest.mark.parametrize(
    ("count", "short"),
    [
        (0, "0"),
        (999, "999"),
        (999.97, "1K"),
        (999_949, "999.9K"),
        (999_951, "1M"),
        (999_999, "1M"),
        (1_000_000, "1M"),
        (999_999_999, "1G"),
        (12_345_678_901_234, "12350G"),
    ],
)
def test_a_count_that_rounds_to_the_next_unit_is_written_in_it(count: float, short: str) -> None:
    assert format_count(count) == short


@given(st.integers(0, 10**15) | st.floats(1, 10**15))
def test_a_number_before_a_unit_is_below_the_next_and_without_an_exponent(count: float) -> None:
    written = format_count(count)
    assert "e" not in written
    if not written.endswith("G"):
        assert float(written.rstrip("KM")) < 1000


def test_a_cost_equal_to_its_limit_is_allowed() -> None:
    budgets = Budgets({"params": 10, "flops": 20})
    assert budgets.allow({"params": 10, "flops": 20})
    assert not budgets.allow({"params": 11, "flops": 20})
    assert not budgets.allow({"params": 10, "flops": 21})
    assert Budgets().allow({"params": 10**12, "flops": 10**15})


def test_describes_itself() -> None:
    assert Budgets({"params": 2_500_000, "flops": 40_000_000}).describe(KNOWN_COSTS) == "2.5M parameters and 40M FLOPs"
    assert Budgets({"flops": 10**9}).describe(KNOWN_COSTS) == "1G FLOPs"
    assert Budgets().describe(KNOWN_COSTS) == "no limit"
