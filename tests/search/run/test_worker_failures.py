"""Who is to blame for lost workers."""

import pytest

from search.run.worker_failures import Blame, Losses

MOST = {Blame.RAISED: 3, Blame.DIED: 3, Blame.EARLY: 8, Blame.MEMORY: 2, Blame.OUTSIDE: 3, Blame.MACHINE: 20}


def until_too_many(losses: Losses, trial: int, blame: Blame) -> int:
    """How many losses more that takes."""
    for count in range(1, 100):
        losses.add(trial, blame)
        if losses.too_many(trial):
            return count
    raise AssertionError("there is no end to it")


@pytest.mark.parametrize("blame", list(Blame))
def test_each_kind_of_loss_may_happen_so_often(blame: Blame) -> None:
    losses = Losses()
    losses.add(1, blame)  # what another trial loses does not count
    assert until_too_many(losses, 0, blame) == MOST[blame]


@pytest.mark.parametrize("blame", list(Blame))
def test_coming_further_clears_all_but_want_of_memory(blame: Blame) -> None:
    losses = Losses()
    for _ in range(MOST[blame] - 1):
        losses.add(0, blame)
    losses.came_further(0)
    assert until_too_many(losses, 0, blame) == (1 if blame is Blame.MEMORY else MOST[blame])


def test_where_workers_die_of_innocent_networks_too_a_death_says_little() -> None:
    losses = Losses()
    losses.add(1, Blame.DIED)
    losses.came_further(1)
    assert until_too_many(losses, 0, Blame.DIED) == 8
    assert until_too_many(losses, 1, Blame.DIED) == 3, "its own coming further says nothing of what it does next"


def test_it_does_not_matter_who_comes_first() -> None:
    losses = Losses()
    losses.add(1, Blame.DIED)
    assert until_too_many(losses, 0, Blame.DIED) == 3
    losses.came_further(1)
    assert not losses.too_many(0)
    assert until_too_many(losses, 0, Blame.DIED) == 5


def test_a_storm_passes() -> None:
    losses = Losses()
    losses.add(1, Blame.EARLY)
    losses.came_further(1)
    for _ in range(11):
        losses.went_well()
    assert until_too_many(losses, 0, Blame.DIED) == 3


@pytest.mark.parametrize("blame", [Blame.MACHINE, Blame.MEMORY, Blame.RAISED])
def test_machines_that_go_away_want_of_memory_and_exceptions_make_no_storm(blame: Blame) -> None:
    losses = Losses()
    losses.add(1, blame)
    losses.came_further(1)
    assert until_too_many(losses, 0, Blame.DIED) == 3


def test_in_a_storm_an_exception_says_what_it_says() -> None:
    losses = Losses()
    losses.add(1, Blame.DIED)
    losses.came_further(1)
    assert until_too_many(losses, 0, Blame.RAISED) == 3


def test_what_others_did_counts_since_the_first_loss_of_the_kind_that_is_too_many() -> None:
    losses = Losses()
    losses.went_well()
    losses.add(0, Blame.MACHINE)
    losses.add(0, Blame.RAISED)
    losses.went_well()
    for _ in range(3):
        losses.add(0, Blame.DIED)
    assert losses.too_many(0)
    assert not losses.others_went_well(0), "none did since its workers began to die"
    losses.went_well()
    assert losses.others_went_well(0)


def test_coming_further_leaves_when_it_first_ran_out_of_memory() -> None:
    losses = Losses()
    losses.add(0, Blame.MEMORY)
    losses.went_well()
    losses.came_further(0)
    losses.add(0, Blame.MEMORY)
    assert losses.others_went_well(0)


def test_machines_that_go_away_count_on_their_own() -> None:
    losses = Losses()
    for _ in range(20):
        losses.add(0, Blame.MACHINE)
    assert not losses.others_went_well(0)
    losses.went_well()
    assert losses.others_went_well(0)
