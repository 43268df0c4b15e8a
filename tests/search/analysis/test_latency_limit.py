"""A limit on latency, as it is written and as it is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis.latency_limit import LatencyLimit, TimeError, format_latency, parse_latency
from spaces import Candidate
from ulsam import ArchConfig

NETWORKS = [
    Candidate(arch=ArchConfig(backbone="mobilenet_v2", width=width, num_classes=10), input_size=32)
    for width in (0.1, 0.2, 0.3)
]


@pytest.mark.parametrize(
    ("text", "seconds"), [("5ms", 0.005), ("0.8ms", 0.0008), (".8ms", 0.0008), ("2s", 2.0), ("1.5s", 1.5)]
)
def test_a_time_is_read_as_people_write_it(text: str, seconds: float) -> None:
    assert parse_latency(text) == pytest.approx(seconds, rel=1e-12)


@pytest.mark.parametrize(
    "text",
    ["", "5", "ms", "5 ms", "5us", "5MS", "-5ms", "0ms", "0.0s", "1e3ms", "nanms", "infs", "5msec", "5.ms", "\u0665ms"],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(TimeError) as refused:
        parse_latency(text)
    assert refused.value.got == repr(text)


def test_a_time_too_long_for_a_number_is_refused() -> None:
    with pytest.raises(TimeError):
        parse_latency("9" * 400 + "s")


@given(st.integers(1, 9_999), st.sampled_from(["ms", "s"]))
def test_the_short_form_is_one_that_can_be_read(number: int, unit: str) -> None:
    seconds = parse_latency(f"{number}{unit}")
    assert seconds == pytest.approx(number * {"ms": 1e-3, "s": 1}[unit])
    assert parse_latency(format_latency(seconds).replace(" ", "")) == pytest.approx(seconds, rel=1e-3)


@pytest.mark.parametrize(
    ("seconds", "short"),
    [(0.0051, "5.1 ms"), (0.99994, "999.9 ms"), (0.99996, "1 s"), (1.0, "1 s"), (12_345.0, "12340 s")],
)
def test_a_time_that_rounds_to_a_second_is_one(seconds: float, short: str) -> None:
    assert format_latency(seconds) == short


def test_a_network_is_within_the_limit_up_to_the_limit_itself_and_only_if_it_was_measured() -> None:
    limit = LatencyLimit(most=0.005, measured={NETWORKS[0]: 0.005, NETWORKS[1]: 0.00501})
    assert [limit.allows(network) for network in NETWORKS] == [True, False, False]
