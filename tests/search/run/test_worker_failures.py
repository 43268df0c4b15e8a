"""The cause of worker failures: a network or the machines."""

import pytest

from search.run.worker_failures import FailureCause, WorkerFailures

MOST = {
    FailureCause.RAISED: 3,
    FailureCause.DIED: 3,
    FailureCause.EARLY: 8,
    FailureCause.MEMORY: 2,
    FailureCause.OUTSIDE: 3,
    FailureCause.MACHINE: 20,
}


def until_too_many(worker_failures: WorkerFailures, trial: int, cause: FailureCause) -> int:
    """How many more failures that takes."""
    for count in range(1, 100):
        worker_failures.add(trial, cause)
        if worker_failures.too_many(trial):
            return count
    raise AssertionError("there is no end to it")


@pytest.mark.parametrize("cause", list(FailureCause))
def test_each_cause_has_a_limit_of_its_own(cause: FailureCause) -> None:
    worker_failures = WorkerFailures()
    worker_failures.add(1, cause)  # what another trial loses does not count
    assert until_too_many(worker_failures, 0, cause) == MOST[cause]


@pytest.mark.parametrize("cause", list(FailureCause))
def test_coming_further_clears_all_but_want_of_memory(cause: FailureCause) -> None:
    worker_failures = WorkerFailures()
    for _ in range(MOST[cause] - 1):
        worker_failures.add(0, cause)
    worker_failures.record_progress(0)
    assert until_too_many(worker_failures, 0, cause) == (1 if cause is FailureCause.MEMORY else MOST[cause])


def test_where_workers_of_other_networks_die_too_a_death_says_little() -> None:
    worker_failures = WorkerFailures()
    worker_failures.add(1, FailureCause.DIED)
    worker_failures.record_progress(1)
    assert until_too_many(worker_failures, 0, FailureCause.DIED) == 8
    assert until_too_many(worker_failures, 1, FailureCause.DIED) == 3, (
        "its own coming further says nothing of what it does next"
    )


def test_it_does_not_matter_who_comes_first() -> None:
    worker_failures = WorkerFailures()
    worker_failures.add(1, FailureCause.DIED)
    assert until_too_many(worker_failures, 0, FailureCause.DIED) == 3
    worker_failures.record_progress(1)
    assert not worker_failures.too_many(0)
    assert until_too_many(worker_failures, 0, FailureCause.DIED) == 5


def test_a_storm_passes() -> None:
    worker_failures = WorkerFailures()
    worker_failures.add(1, FailureCause.EARLY)
    worker_failures.record_progress(1)
    for _ in range(11):
        worker_failures.record_success()
    assert until_too_many(worker_failures, 0, FailureCause.DIED) == 3


@pytest.mark.parametrize("cause", [FailureCause.MACHINE, FailureCause.MEMORY, FailureCause.RAISED])
def test_machines_that_go_away_want_of_memory_and_exceptions_make_no_storm(cause: FailureCause) -> None:
    worker_failures = WorkerFailures()
    worker_failures.add(1, cause)
    worker_failures.record_progress(1)
    assert until_too_many(worker_failures, 0, FailureCause.DIED) == 3


def test_in_a_storm_an_exception_says_what_it_says() -> None:
    worker_failures = WorkerFailures()
    worker_failures.add(1, FailureCause.DIED)
    worker_failures.record_progress(1)
    assert until_too_many(worker_failures, 0, FailureCause.RAISED) == 3


def test_what_others_did_counts_since_the_first_loss_of_the_kind_that_is_too_many() -> None:
    worker_failures = WorkerFailures()
    worker_failures.record_success()
    worker_failures.add(0, FailureCause.MACHINE)
    worker_failures.add(0, FailureCause.RAISED)
    worker_failures.record_success()
    for _ in range(3):
        worker_failures.add(0, FailureCause.DIED)
    assert worker_failures.too_many(0)
    assert not worker_failures.others_succeeded(0), "none did since its workers began to die"
    worker_failures.record_success()
    assert worker_failures.others_succeeded(0)


def test_coming_further_leaves_when_it_first_ran_out_of_memory() -> None:
    worker_failures = WorkerFailures()
    worker_failures.add(0, FailureCause.MEMORY)
    worker_failures.record_success()
    worker_failures.record_progress(0)
    worker_failures.add(0, FailureCause.MEMORY)
    assert worker_failures.others_succeeded(0)


def test_machines_that_go_away_count_on_their_own() -> None:
    worker_failures = WorkerFailures()
    for _ in range(20):
        worker_failures.add(0, FailureCause.MACHINE)
    assert not worker_failures.others_succeeded(0)
    worker_failures.record_success()
    assert worker_failures.others_succeeded(0)
