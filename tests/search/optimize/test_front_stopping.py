"""Early stopping by the front: only networks no more expensive, and only by more than the noise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.optimize.front_stopping import FrontStopping

NOISE = 0.01


def test_two_that_are_no_more_expensive_and_lead_stop_a_network() -> None:
    judge = FrontStopping()
    assert judge.judge(0, (10, 10), 2, 0.6, NOISE) is None
    assert judge.judge(1, (10, 20), 2, 0.7, NOISE) is None
    stop = judge.judge(2, (20, 20), 2, 0.5, NOISE)
    assert stop is not None
    assert [rival.number for rival in stop.rivals] == [1, 0]
    assert [rival.lead for rival in stop.rivals] == pytest.approx([0.2, 0.1])
    assert (stop.rung, stop.noise) == (2, pytest.approx(2 * 2**0.5 * 0.01))  # two deviations of a difference
    assert str(stop) == "stopped at epoch 2: trials 1 and 0 cost no more and lead by 20.0 and 10.0 points"


def test_more_expensive_ones_other_rungs_and_leads_within_the_noise_stop_nothing() -> None:
    judge = FrontStopping()
    judge.observe(0, (10, 30), 2, 0.9, 0.1)  # more expensive in one cost
    judge.observe(1, (10, 10), 3, 0.9, 0.1)  # at another rung
    judge.observe(2, (10, 10), 2, 0.6, 0.1)  # within 2 * 0.1 * sqrt(2)
    judge.observe(3, (10, 10), 2, 0.9, 0.1)
    assert judge.judge(4, (20, 20), 2, 0.5, 0.1) is None, "one rival is one too few"
    judge.observe(5, (20, 20), 2, 0.9, 0.1)
    assert judge.judge(6, (20, 20), 2, 0.5, 0.1) is not None


def test_each_score_has_a_noise_of_its_own() -> None:
    judge = FrontStopping(rivals=1)
    judge.observe(0, (1, 1), 2, 0.6, 0.03)
    assert judge.judge(1, (1, 1), 2, 0.5, 0.041) is None, "the lead is within 2 * hypot(0.03, 0.041)"
    stop = judge.judge(2, (1, 1), 2, 0.5, 0.039)
    assert stop is not None
    assert stop.noise == pytest.approx(2 * (0.03**2 + 0.039**2) ** 0.5)


def test_a_score_is_not_its_own_rival() -> None:
    """A trial that is trained again after a crash meets its own score of before."""
    judge = FrontStopping(rivals=1)
    judge.observe(0, (1, 1), 2, 0.9, NOISE)
    assert judge.judge(0, (1, 1), 2, 0.1, NOISE) is None


def test_a_trial_that_is_in_doubt_stops_nothing_until_it_is_trusted_again() -> None:
    judge = FrontStopping(rivals=1)
    judge.observe(0, (1, 1), 2, 0.9, NOISE)
    judge.doubt(0)
    assert judge.judge(1, (1, 1), 2, 0.1, NOISE) is None
    judge.observe(0, (1, 1), 2, 0.9, NOISE)
    assert judge.judge(1, (1, 1), 2, 0.1, NOISE) is None, "it only came as far as before"
    judge.trust(0)
    assert judge.judge(1, (1, 1), 2, 0.1, NOISE) is not None


@given(st.lists(st.tuples(st.integers(1, 5), st.floats(0, 1)), min_size=1, max_size=30))
def test_the_cheapest_and_the_best_always_go_on(trials: list[tuple[int, float]]) -> None:
    judge = FrontStopping(rivals=1)
    for number, (cost, score) in enumerate(trials):
        stop = judge.judge(number, (cost,), 1, score, 0.05)
        before = trials[:number]
        if all(cost < other for other, _ in before) or all(score >= other for _, other in before):
            assert stop is None
        if stop is not None:
            assert all(trials[rival.number][0] <= cost and rival.lead > 0.05 for rival in stop.rivals)
