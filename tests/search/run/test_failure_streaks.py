"""Trials that fail in a row."""

import pytest

from search.run.failure_streaks import FailureKind, Streaks, describe, remedy, too_long


def begun(count: int) -> Streaks:
    streaks = Streaks()
    for trial in range(count):
        streaks.record_start(trial)
    return streaks


def test_a_streak_ends_at_what_still_runs() -> None:
    streaks = begun(6)
    for trial in (0, 2, 3, 4):
        streaks.add(trial, FailureKind.FAILED)
    assert streaks.of(3) == [2, 3, 4]


def test_the_order_is_that_of_the_beginnings() -> None:
    """Of many that run at once the failures end first."""
    streaks = begun(20)
    for trial in range(0, 20, 2):
        streaks.add(trial, FailureKind.FAILED)
        assert streaks.of(trial) == [trial]


def test_a_trial_that_begins_again_keeps_its_position() -> None:
    streaks = begun(3)
    streaks.record_start(0)
    for trial in range(3):
        streaks.add(trial, FailureKind.MEMORY)
    assert streaks.of(0) == [0, 1, 2]


def test_other_troubles_neither_count_nor_end_a_streak() -> None:
    streaks = begun(4)
    for trial, failure_kind in enumerate([FailureKind.LOST, FailureKind.FAILED, FailureKind.LOST, FailureKind.LOST]):
        streaks.add(trial, failure_kind)
    assert streaks.of(0) == [0, 2, 3]


def test_a_success_ends_all_streaks() -> None:
    streaks = begun(3)
    streaks.add(0, FailureKind.FAILED)
    streaks.record_success()
    streaks.add(1, FailureKind.FAILED)
    assert streaks.of(1) == [1]


def test_a_trial_with_another_chance_ends_a_streak() -> None:
    streaks = begun(3)
    for trial in range(3):
        streaks.add(trial, FailureKind.LOST)
    streaks.clear(1)
    assert streaks.of(2) == [2]


@pytest.mark.parametrize("failure_kind", list(FailureKind))
def test_once_a_trial_succeeded_chance_failures_end_no_search(failure_kind: FailureKind) -> None:
    lengths = [
        next(length for length in range(50) if too_long(range(length), failure_kind, ever_succeeded=well))
        for well in (False, True)
    ]
    chance = failure_kind in (FailureKind.FAILED, FailureKind.MEMORY)
    assert lengths == ([5, 10] if chance else [3, 3])


def test_the_problem_says_how_many_which_and_why() -> None:
    text = describe([3, 4, 7], FailureKind.MEMORY, "OutOfMemoryError: 20 GiB")
    for words in ("3 trials", "3, 4, 7", "ran out of memory", "OutOfMemoryError: 20 GiB"):
        assert words in text
    assert describe([3], FailureKind.MEMORY, "x").startswith("trial 3 ")


def test_the_remedy_is_of_the_trouble() -> None:
    diverged = remedy(FailureKind.FAILED, "DivergedError: training loss is nan", 0.5)
    assert "training.learning_rate" in diverged
    assert "0.5" in diverged
    assert "memory" in remedy(FailureKind.MEMORY, "OutOfMemoryError: x", 0.5)
    assert remedy(FailureKind.OUTSIDE, "OSError: x", 0.5) == ""
    assert remedy(FailureKind.FAILED, "something else", 0.5) == ""
