"""The search space: counted, enumerated and sampled, all in agreement."""

from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spaces import KNOWN_COSTS, Budgets, Candidate, Change, KnownCost, SearchSpace, SpaceError, count_known_costs
from spaces.change import CHANGE_MODES
from spaces.errors import NoNetworkError, NoPlacementError
from ulsam import count_cost
from ulsam.arch import MODES
from ulsam.backbones import BACKBONES

SMALL = SearchSpace(
    backbones=("mobilenet_v2",),
    widths=(0.35, 0.5),
    groups=(1, 4),
    modes=MODES,
    blocks=(11, 12, 13),
    at_most=2,
    shared_groups=True,
    num_classes=10,
    input_sizes=(64,),
    stem_stride=2,
)


# Cheapest where parameters are not: no placement of a block is the cheapest in all costs.
TABLES = KnownCost(
    name="tables",
    label="tables",
    example="40",
    count=lambda network: (
        network.input_size
        + 100
        + sum(17 - placement.groups - placement.block for placement in network.arch.placements)
        - 2 * len(network.arch.removed)
    ),
)


@st.composite
def spaces(draw: st.DrawFn) -> SearchSpace:
    """Spaces of up to some thousand networks, budgets included."""
    blocks = sorted(draw(st.sets(st.integers(1, 17), min_size=1, max_size=4)))
    grouped = draw(st.sampled_from([0, 0, 2, len(blocks)]))
    space = SearchSpace(
        backbones=draw(st.sampled_from([("mobilenet_v1",), ("mobilenet_v2",), BACKBONES])),
        widths=tuple(sorted(draw(st.sets(st.sampled_from([0.1, 0.35, 0.36, 0.5, 1.0]), min_size=1, max_size=2)))),
        groups=tuple(sorted(draw(st.sets(st.sampled_from([1, 2, 3, 4, 16]), min_size=1, max_size=3)))),
        modes=draw(
            st.sampled_from([("insert",), ("substitute",), MODES, ("remove",), ("insert", "remove"), CHANGE_MODES])
        ),
        blocks=tuple(blocks),
        together=(tuple(blocks[:grouped]),) if 2 <= grouped <= len(blocks) else (),
        at_most=draw(st.integers(0, 3)),
        shared_groups=draw(st.booleans()),
        num_classes=10,
        input_sizes=tuple(sorted(draw(st.sets(st.sampled_from([16, 32, 64]), min_size=1, max_size=2)))),
        stem_stride=draw(st.sampled_from([1, 2])),
        attention=draw(st.sampled_from([("ulsam",), ("cbam",), ("ulsam", "bam"), ("squeeze_excite", "ulsam", "cbam")])),
        known_costs=draw(st.sampled_from([KNOWN_COSTS, (*KNOWN_COSTS, TABLES)])),
        baselines=draw(st.booleans()),
    )
    largest = space.largest_costs()
    share = draw(st.sampled_from([None, 0.2, 0.5, 0.9, 0.99, 1.0]))
    if share is None:
        return space
    kept = draw(st.sets(st.sampled_from(sorted(largest)), min_size=1))
    return replace(space, budgets=Budgets({cost: round(largest[cost] * share) for cost in kept}))


def costs(network: Candidate, space: SearchSpace) -> dict[str, int]:
    return count_known_costs(network, space.known_costs)


@settings(max_examples=60)
@given(spaces())
def test_enumeration_has_every_network_once_and_within_budget(space: SearchSpace) -> None:
    networks = list(space)
    assert len(set(networks)) == len(networks) == space.count_within_budgets()
    assert len({(network.arch.arch_id, network.input_size) for network in networks}) == len(networks)
    for network in networks[:50]:
        assert network in space
        assert [family for family in space.families if network in family][1:] == []
        assert space.budgets.allow(costs(network, space))


@settings(max_examples=60)
@given(spaces())
def test_budgets_take_away_exactly_what_is_over_them(space: SearchSpace) -> None:
    everything = list(replace(space, budgets=Budgets()))
    assert len(everything) + len(space.fitting_bases) == space.count()
    within = [*(one for one in everything if space.budgets.allow(costs(one, space))), *space.fitting_bases]
    assert set(within) == set(space)
    assert bool(within) == bool(space.feasible_families)


@settings(max_examples=60)
@given(spaces(), st.integers(0, 1000))
def test_samples_are_networks_of_the_space(space: SearchSpace, seed: int) -> None:
    if not set(space) - set(space.fitting_bases):
        with pytest.raises(SpaceError):
            space.sample(Random(seed))
        return
    rng = Random(seed)
    assert all(space.sample(rng) in space for _ in range(20))


@settings(max_examples=40)
@given(spaces())
def test_cost_range_is_reached_and_never_left(space: SearchSpace) -> None:
    everything = [costs(network, space) for network in replace(space, budgets=Budgets())]
    by_cost = {cost.name: [costs[cost.name] for costs in everything] for cost in space.known_costs}
    assert space.largest_costs() == {name: max(counts) for name, counts in by_cost.items()}
    smallest = zip(*(family.smallest_costs() for family in replace(space, baselines=False).families), strict=True)
    assert [min(counts) for counts in smallest] == [min(counts) for counts in by_cost.values()]


def test_counts_a_space_by_hand() -> None:
    """Width 0.35 has 24, 32, 32 and width 0.5 has 32, 48, 48 channels: g divides all; 12 and 13 take both modes.

    With one g: 1 + 2 + 2 choices of one block, and 1*2 + 1*2 + 2*2 of two: 13 networks for each of 2 values
    of g, and the plain one: 27 a width.
    """
    assert SMALL.count() == 2 * 27


def test_every_network_can_be_drawn() -> None:
    rng = Random(0)
    drawn = Counter(SMALL.sample(rng) for _ in range(5000))
    assert set(drawn) == set(SMALL)
    plain = sum(count for network, count in drawn.items() if not network.arch.placements)
    assert 0.25 < plain / 5000 < 0.42  # one of three families each, although only 2 of 54 networks


def test_the_same_seed_draws_the_same_networks() -> None:
    one, other = Random(7), Random(7)
    assert [SMALL.sample(one) for _ in range(30)] == [SMALL.sample(other) for _ in range(30)]


def test_widths_that_round_to_the_same_channels_are_one() -> None:
    both = replace(SMALL, widths=(1.0, 1.001))
    assert both.count() == replace(SMALL, widths=(1.0,)).count()


def test_each_size_has_the_networks_of_a_space_of_its_own() -> None:
    both = replace(SMALL, input_sizes=(32, 64))
    apart = [replace(SMALL, input_sizes=(size,)) for size in (32, 64)]
    assert both.count() == sum(space.count() for space in apart)
    assert set(both) == {network for space in apart for network in space}
    assert both.largest_costs() == apart[1].largest_costs()


def test_a_budget_may_leave_the_small_images_alone() -> None:
    least_of_64 = min(SMALL.costs_of(network)["flops"] for network in SMALL)
    within = replace(SMALL, input_sizes=(32, 64), budgets=Budgets({"flops": least_of_64 - 1}))
    assert {network.input_size for network in within} == {32}
    assert within.sample(Random(0)).input_size == 32


def test_networks_outside_are_refused() -> None:
    inside = next(network for network in SMALL if network.arch.placements)
    assert inside in SMALL
    assert replace(inside, input_size=65) not in SMALL
    assert replace(inside, arch=replace(inside.arch, width=1.0)) not in SMALL
    assert replace(inside, arch=replace(inside.arch, num_classes=11)) not in SMALL
    assert inside.with_changes([Change.to("insert", 5, groups=4)]) not in SMALL
    mixed = [Change.to("insert", 12, groups=1), Change.to("insert", 13, groups=4)]
    assert inside.with_changes(mixed) not in SMALL
    assert inside.with_changes(mixed) in replace(SMALL, shared_groups=False)
    assert inside.with_changes([Change(12)]) not in SMALL
    assert inside not in replace(SMALL, budgets=Budgets({"params": 1000}))
    assert "mobilenet_v2" not in SMALL


def test_large_spaces_are_counted_without_enumeration() -> None:
    huge = replace(SMALL, widths=(0.35, 0.5, 0.75, 1.0), blocks=None, at_most=17, shared_groups=False)
    assert huge.count() > 10**9
    flops = replace(huge, budgets=Budgets({"flops": 20_000_000})).count_within_budgets()
    assert flops is not None
    assert 0 < flops < huge.count()


def test_says_that_budgets_leave_nothing() -> None:
    with pytest.raises(NoNetworkError) as refused:
        replace(SMALL, budgets=Budgets({"flops": 1000})).check()
    assert refused.value.where == "budgets"
    every = [SMALL.costs_of(network) for network in SMALL]
    assert refused.value.least == {name: min(costs[name] for costs in every) for name in ("params", "flops")}


def test_says_that_no_placement_fits() -> None:
    with pytest.raises(NoPlacementError) as refused:
        replace(SMALL, groups=(7,)).check()
    assert refused.value.where == "space"
    replace(SMALL, groups=(7,), at_most=0).check()


def test_the_few_networks_within_tight_budgets_of_a_large_space_are_found_at_once() -> None:
    """Walking all 10^10 of its networks would take for ever."""
    space = replace(SMALL, blocks=None, at_most=12, shared_groups=False, groups=(1, 2), widths=(0.1, 1.0))
    assert space.count() > 10**10
    least = min(family.smallest_costs()[1] for family in space.families)
    found = list(replace(space, budgets=Budgets({"flops": least})))
    assert found
    assert {count_cost(network.arch, network.input_size).flops for network in found} == {least}


def test_a_network_that_is_cheapest_in_one_cost_is_found_where_others_are_in_another() -> None:
    space = replace(SMALL, shared_groups=False, modes=("insert",), known_costs=(*KNOWN_COSTS, TABLES))
    for family in space.families:
        for index, least in enumerate(family.smallest_costs()):
            limits = tuple(least if index == other else None for other in range(3))
            assert family.feasible(limits)
            found = family.sample(Random(0), limits, tries=0)
            assert found is not None
            assert space.known_costs[index].count(found) == least
