"""The pace of trainings, and what fits into the rest of the time."""

from dataclasses import replace
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.training.epoch import Epoch
from search.run.time_budget import Pace, TimeBudget, TimeUp
from search.study.trial import Status, TrialRecord
from tests.search.factory import result, spec, trained

SPEC = spec()
NETWORKS = sorted(SPEC.search_space, key=lambda one: SPEC.search_space.costs_of(one)["flops"])
FLOPS = [SPEC.search_space.costs_of(one)["flops"] for one in NETWORKS]

measured = st.lists(st.tuples(st.integers(1, 10**10), st.floats(1e-3, 1e6, allow_nan=False)), min_size=1, max_size=20)


class Clock:
    """A clock that stands still until it is told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def took(seconds: float, place: int = 0, number: int = 0) -> TrialRecord:
    """A complete trial of the network at ``place`` in the order of FLOPs."""
    (trial,) = trained(SPEC, [NETWORKS[place]])
    return replace(trial, number=number, result=replace(result(0.5), seconds=seconds))


def running(place: int = 0, number: int = 0) -> TrialRecord:
    return replace(took(1.0, place, number), status=Status.RUNNING, result=None)


def budget(clock: Clock, hours: float | None = 1.0, seconds_run: float = 0.0, epochs: int = 10) -> TimeBudget:
    return TimeBudget(epochs, hours, seconds_run=seconds_run, clock=clock)


@given(base=st.floats(0, 1e4), per_flop=st.floats(1e-8, 1e-2), flops=st.sets(st.integers(1, 10**9), min_size=2))
def test_times_that_grow_linearly_with_the_cost_are_met(base: float, per_flop: float, flops: set[int]) -> None:
    pace = Pace.of(list(flops), [base + per_flop * count for count in flops])
    for count in (1, *flops, 10**9):
        assert pace.seconds(count) == pytest.approx(base + per_flop * count, rel=1e-4, abs=1e-3 * per_flop * max(flops))
    assert pace.margin == pytest.approx(1.05, rel=1e-2)


def test_networks_of_one_cost_say_that_cheaper_ones_take_as_long_and_others_in_proportion() -> None:
    pace = Pace.of([100, 100], [9.0, 11.0])
    assert [pace.seconds(count) for count in (1, 100, 300)] == [10.0, 10.0, pytest.approx(30.0)]
    assert pace.margin == pytest.approx(1.1), "the longer of the two"


def test_one_training_of_many_that_was_held_up_does_not_count_for_ever() -> None:
    assert Pace.of([100] * 5, [10.0] * 4 + [40.0]).margin > 2
    assert Pace.of([100] * 50, [10.0] * 49 + [40.0]).margin == pytest.approx(1.05)


@given(measured, st.lists(st.floats(0, 1e11), min_size=2, max_size=5).map(sorted))
def test_no_time_is_negative_and_none_falls_with_the_cost(
    trainings: list[tuple[int, float]], costs: list[float]
) -> None:
    pace = Pace.of(*zip(*trainings, strict=True))
    times = [pace.seconds(cost) for cost in costs]
    assert times[0] >= 0
    assert times == sorted(times)
    assert pace.margin >= 1.05


@given(measured, st.floats(1e-3, 1e6))
def test_the_most_expensive_network_that_fits_fits(trainings: list[tuple[int, float]], seconds: float) -> None:
    pace = Pace.of(*zip(*trainings, strict=True))
    most = pace.most_flops(seconds)
    if most == inf:
        assert pace.margin * pace.seconds(1e30) <= seconds * (1 + 1e-9)
    elif most < 0:
        assert pace.margin * pace.seconds(0) > seconds * (1 - 1e-9)
    else:
        assert pace.margin * pace.seconds(most) == pytest.approx(seconds, rel=1e-6) or most == 0


def test_time_counts_from_the_beginning_of_the_launch_and_over_all_launches() -> None:
    clock = Clock()
    time = TimeBudget(10, 1.0, seconds_run=600, began=clock.now - 30, clock=clock)
    clock.now += 70
    assert (time.elapsed, time.left) == (700, 2900)
    clock.now += 5000
    assert time.left == 0
    assert time.close() == time.elapsed == 5700
    clock.now += 1
    assert time.elapsed == 5700, "the search is over"


def test_until_a_training_has_ended_all_fits_as_long_as_time_is_left() -> None:
    clock = Clock()
    time = budget(clock)
    assert (time.most_flops, time.fits(running())) == (inf, True)
    clock.now += 3600
    assert (time.most_flops, time.fits(running())) == (-inf, False)


def test_what_fits_follows_from_the_pace_and_its_margin() -> None:
    clock = Clock()
    time = budget(clock)
    for number, place in enumerate((0, 40, 73)):
        time.trial_ended(took(FLOPS[place] / 1e3, place, number))  # a second for 1,000 FLOPs
    clock.now += 3600 - 1.05 * FLOPS[40] / 1e3 - 0.01
    assert time.most_flops == pytest.approx(FLOPS[40], rel=1e-4)
    assert time.most_flops >= FLOPS[40]
    assert time.fits(running(40))
    assert not time.fits(running(73))


def test_of_an_interrupted_trial_what_is_left_has_to_fit() -> None:
    clock = Clock()
    time = budget(clock)
    time.trial_ended(took(1000.0))
    clock.now += 3600 - 300
    assert not time.fits(running())
    assert not time.fits(replace(running(), epoch=Epoch(number=7, train_loss=1.0, val={}, seconds=1.0)))
    assert time.fits(replace(running(), epoch=Epoch(number=8, train_loss=1.0, val={}, seconds=1.0)))
    time.epoch_done(running(), Epoch(number=9, train_loss=1.0, val={}, seconds=1.0))
    assert time.fits(running())


def test_neither_trials_of_other_searches_nor_stopped_ones_set_the_pace() -> None:
    clock = Clock()
    time = budget(clock)
    time.trial_ended(replace(took(1.0), origin="other"))
    assert time.expected_trials(1) > 10**9, "nothing is known"
    stopped = took(100.0, number=1)
    time.trial_ended(replace(stopped, status=Status.STOPPED))
    assert time.most_flops == inf
    assert time.expected_trials(1) == 1 + 36


def test_trials_to_come_are_counted_at_the_mean_time_and_the_present_number_at_once() -> None:
    clock = Clock()
    time = budget(clock, epochs=4)
    time.trial_ended(took(80.0))
    time.trial_ended(took(120.0, number=1))
    assert time.expected_trials(2) == 2 + 36
    time.trial_started(running(number=2))
    assert time.expected_trials(3) == 3 + int((2 * 3600 - 100) / 100)
    time.epoch_done(running(number=2), Epoch(number=2, train_loss=1.0, val={}, seconds=1.0))
    assert time.expected_trials(3) == 3 + int((2 * 3600 - 50) / 100)
    time.trial_lost(running(number=2), "it died")
    clock.now += 3550
    assert time.expected_trials(3) == 3


def test_the_time_that_a_trial_takes_beside_its_training_counts_and_the_start_of_a_worker_does_not() -> None:
    clock = Clock()
    time = budget(clock)
    for number, wait in enumerate((500.0, 20.0, 20.0)):
        time.trial_started(running(number=number))
        clock.now += 100 + wait
        time.trial_ended(took(100.0, number=number))
    assert time.expected_trials(3) == 3 + int(time.left / 120)
    clock.now += time.left - 20 - 1.05 * 100 - 0.01
    assert time.most_flops >= FLOPS[0]
    assert time.fits(running())
    clock.now += 0.02
    assert time.most_flops < 0
    assert not time.fits(running())


def test_a_search_is_late_only_where_something_runs_after_the_limit() -> None:
    clock = Clock()
    time = budget(clock)
    time.trial_started(running())
    clock.now += 3600 * 1.02
    assert not time.late
    assert time.time_up(1) is None
    clock.now += 3600 * 0.02
    assert time.late
    up = time.time_up(1)
    assert up == TimeUp(hours=1.0, hours_run=pytest.approx(1.04), unfinished=1, stopped=True)
    time.trial_ended(took(5.0))
    assert not time.late


def test_without_a_limit_all_fits_for_ever() -> None:
    clock = Clock()
    time = budget(clock, hours=None)
    time.trial_started(running())
    time.trial_ended(took(1e9))
    clock.now += 1e9
    assert (time.most_flops, time.fits(running()), time.late, time.time_up(0)) == (inf, True, False, None)
    assert time.expected_trials(0) > 10**9
    assert time.seconds_run is None


@pytest.mark.parametrize(
    ("run", "unfinished", "stopped", "words"),
    [
        (2.061, 1, True, "stopped after 2.06 h, the limit of search.hours; 1 training was not finished"),
        (2.0612, 2, True, "stopped after 2.06 h, the limit of search.hours; 2 trainings were not finished"),
        (1.9, 0, False, "finished after 1.9 h of 2 h (search.hours): no further training would end in time"),
        (2.01, 0, False, "no time is left: the search has run for 2.01 h of 2 h (search.hours)"),
    ],
)
def test_the_end_is_said_in_one_line(run: float, unfinished: int, stopped: bool, words: str) -> None:
    up = TimeUp(hours=2.0, hours_run=run, unfinished=unfinished, stopped=stopped)
    assert up.in_words == words
    assert up.more_hours > max(2.0, run)
