"""The search space: counted, enumerated and sampled, all in agreement."""

from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spaces import Budgets, SearchSpace, SpaceError
from ulsam import ArchConfig, Placement, count_cost
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
    input_size=64,
    stem_stride=2,
)


@st.composite
def spaces(draw: st.DrawFn) -> SearchSpace:
    """Spaces of up to some thousand networks, budgets included."""
    space = SearchSpace(
        backbones=draw(st.sampled_from([("mobilenet_v1",), ("mobilenet_v2",), BACKBONES])),
        widths=tuple(sorted(draw(st.sets(st.sampled_from([0.1, 0.35, 0.36, 0.5, 1.0]), min_size=1, max_size=2)))),
        groups=tuple(sorted(draw(st.sets(st.sampled_from([1, 2, 3, 4, 16]), min_size=1, max_size=3)))),
        modes=draw(st.sampled_from([("insert",), ("substitute",), MODES])),
        blocks=tuple(sorted(draw(st.sets(st.integers(1, 17), min_size=1, max_size=4)))),
        at_most=draw(st.integers(0, 3)),
        shared_groups=draw(st.booleans()),
        num_classes=10,
        input_size=draw(st.sampled_from([16, 32, 64])),
        stem_stride=draw(st.sampled_from([1, 2])),
        attention=draw(st.sampled_from([("ulsam",), ("cbam",), ("ulsam", "bam"), ("squeeze_excite", "ulsam", "cbam")])),
    )
    params, flops = space.largest_cost()
    share = draw(st.sampled_from([None, 0.2, 0.5, 0.9, 0.99, 1.0]))
    if share is None:
        return space
    limits = {"params": round(params * share), "flops": round(flops * share)}
    kept = draw(st.sampled_from([("params",), ("flops",), ("params", "flops")]))
    return replace(space, budgets=Budgets(**{cost: limits[cost] for cost in kept}))


def costs(arch: ArchConfig, space: SearchSpace) -> tuple[int, int]:
    cost = count_cost(arch, space.input_size)
    return cost.params, cost.flops


@settings(max_examples=60)
@given(spaces())
def test_enumeration_has_every_network_once_and_within_budget(space: SearchSpace) -> None:
    networks = list(space)
    assert len(set(networks)) == len(networks) == space.count_within_budgets()
    assert len({arch.arch_id for arch in networks}) == len(networks)
    for arch in networks[:50]:
        assert arch in space
        assert space.budgets.allow(*costs(arch, space))


@settings(max_examples=60)
@given(spaces())
def test_budgets_take_away_exactly_what_is_over_them(space: SearchSpace) -> None:
    everything = list(replace(space, budgets=Budgets()))
    assert len(everything) == space.count()
    within = [arch for arch in everything if space.budgets.allow(*costs(arch, space))]
    assert set(within) == set(space)
    assert bool(within) == bool(space.feasible_families)


@settings(max_examples=60)
@given(spaces(), st.integers(0, 1000))
def test_samples_are_networks_of_the_space(space: SearchSpace, seed: int) -> None:
    if not space.feasible_families:
        with pytest.raises(SpaceError):
            space.sample(Random(seed))
        return
    rng = Random(seed)
    assert all(space.sample(rng) in space for _ in range(20))


@settings(max_examples=40)
@given(spaces())
def test_cost_range_is_reached_and_never_left(space: SearchSpace) -> None:
    everything = [costs(arch, space) for arch in replace(space, budgets=Budgets())]
    params, flops = zip(*everything, strict=True)
    assert space.largest_cost() == (max(params), max(flops))
    smallest = [family.smallest_cost() for family in space.families]
    assert (min(p for p, _ in smallest), min(f for _, f in smallest)) == (min(params), min(flops))


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
    plain = sum(count for arch, count in drawn.items() if not arch.placements)
    assert 0.25 < plain / 5000 < 0.42  # one of three families each, although only 2 of 54 networks


def test_the_same_seed_draws_the_same_networks() -> None:
    one, other = Random(7), Random(7)
    assert [SMALL.sample(one) for _ in range(30)] == [SMALL.sample(other) for _ in range(30)]


def test_widths_that_round_to_the_same_channels_are_one() -> None:
    both = replace(SMALL, widths=(1.0, 1.001))
    assert both.count() == replace(SMALL, widths=(1.0,)).count()


def test_networks_outside_are_refused() -> None:
    inside = next(arch for arch in SMALL if arch.placements)
    assert inside in SMALL
    assert replace(inside, width=1.0) not in SMALL
    assert replace(inside, num_classes=11) not in SMALL
    assert replace(inside, placements=(Placement(block=5, mode="insert", groups=4),)) not in SMALL
    mixed = (Placement(block=12, mode="insert", groups=1), Placement(block=13, mode="insert", groups=4))
    assert replace(inside, placements=mixed) not in SMALL
    assert replace(inside, placements=mixed) in replace(SMALL, shared_groups=False)
    assert inside not in replace(SMALL, budgets=Budgets(params=1000))
    assert "mobilenet_v2" not in SMALL


def test_large_spaces_are_counted_without_enumeration() -> None:
    huge = replace(SMALL, widths=(0.35, 0.5, 0.75, 1.0), blocks=None, at_most=17, shared_groups=False)
    assert huge.count() > 10**9
    flops = replace(huge, budgets=Budgets(flops=20_000_000)).count_within_budgets()
    assert flops is not None
    assert 0 < flops < huge.count()


def test_says_that_budgets_leave_nothing() -> None:
    with pytest.raises(SpaceError, match=r"no network of the space is within 1K FLOPs; the smallest has [\d,]+ param"):
        replace(SMALL, budgets=Budgets(flops=1000)).check()


def test_says_that_no_placement_fits() -> None:
    with pytest.raises(SpaceError, match=r"attention can be placed nowhere: with groups \[7\]"):
        replace(SMALL, groups=(7,)).check()
    replace(SMALL, groups=(7,), at_most=0).check()


def test_the_few_networks_within_tight_budgets_of_a_large_space_are_found_at_once() -> None:
    """Walking all 10^10 of its networks would take for ever."""
    space = replace(SMALL, blocks=None, at_most=12, shared_groups=False, groups=(1, 2), widths=(0.1, 1.0))
    assert space.count() > 10**10
    smallest = [family.smallest_cost() for family in space.families]
    least = Budgets(flops=min(flops for _, flops in smallest))
    found = list(replace(space, budgets=least))
    assert found
    assert {count_cost(arch, space.input_size).flops for arch in found} == {least.flops}
