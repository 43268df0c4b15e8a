"""Figures in words."""

from datetime import datetime, timedelta

import pytest

from search.render.words import ago, counted, duration, significant


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "unknown"),
        (0, "0 s"),
        (89.4, "89 s"),
        (89.6, "2 min"),
        (90, "2 min"),
        (300, "5 min"),
        (5369, "89 min"),
        (5399, "1.5 h"),
        (5400, "1.5 h"),
        (9000, "2.5 h"),
    ],
)
def test_durations_in_words(seconds: float | None, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0"), (0.01234, "0.0123"), (9.996, "10"), (999.6, "1,000"), (1234.5, "1,230")]
)
def test_significant_digits_need_no_exponent(number: float, words: str) -> None:
    assert significant(number) == words


def test_how_long_ago_is_never_less_than_now() -> None:
    at = datetime(2026, 1, 1)
    assert ago(at - timedelta(minutes=5), at) == "5 min"
    assert ago(at + timedelta(minutes=5), at) == "0 s", "written by a machine whose clock is ahead"


def test_one_is_singular() -> None:
    assert [counted(number, "CPU") for number in (0, 0.5, 1, 1.0, 2, 1_234_567)] == [
        "0 CPUs",
        "0.5 CPUs",
        "1 CPU",
        "1 CPU",
        "2 CPUs",
        "1,234,567 CPUs",
    ]
