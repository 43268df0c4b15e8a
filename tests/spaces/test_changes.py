"""Spaces in which blocks may be removed, and groups of blocks are changed together."""

from dataclasses import replace
from functools import cache
from math import comb
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spaces import KNOWN_COSTS, Budgets, Change, Encoding, SearchSpace
from spaces.change import CHANGE_MODES, ChangeMode
from spaces.errors import NoChangeError, NoPlacementError

GROUPS = ((5, 6), (8, 9, 10), (12, 13), (15, 16))


def space(**changes: Any) -> SearchSpace:
    values: dict[str, Any] = {
        "backbones": ("mobilenet_v2",),
        "widths": (1.0,),
        "groups": (4,),
        "modes": CHANGE_MODES,
        "blocks": tuple(block for group in GROUPS for block in group),
        "together": GROUPS,
        "at_most": 4,
        "shared_groups": True,
        "num_classes": 10,
        "input_sizes": (64,),
        "stem_stride": 2,
    }
    return SearchSpace(**values | changes)


@pytest.mark.parametrize("at_most", [0, 1, 3, 4, 9])
@pytest.mark.parametrize("modes", [("remove",), ("substitute", "remove"), ("insert", "substitute"), CHANGE_MODES])
def test_a_group_is_one_choice(modes: tuple[ChangeMode, ...], at_most: int) -> None:
    """All keep their shape, and one g divides all channels: each of 4 groups is left alone or changed in one way."""
    grouped = space(modes=modes, at_most=at_most)
    networks = list(grouped)
    expected = sum(comb(4, chosen) * len(modes) ** chosen for chosen in range(min(at_most, 4) + 1))
    assert grouped.count() == len(networks) == len(set(networks)) == expected
    for network in networks:
        changes = {change.block: change.mode for change in network.changes}
        for group in GROUPS:
            assert len({changes.get(block) for block in group}) == 1


def test_g_means_nothing_where_blocks_are_removed_alone() -> None:
    """With each g: all choices but those that place no attention, which there are once."""
    assert space(groups=(1, 2, 4)).count() == 2**4 + 3 * (4**4 - 2**4)
    assert space(groups=(1, 2, 4), shared_groups=False).count() == (1 + 2 * 3 + 1) ** 4
    assert space(attention=("ulsam", "cbam")).count() == 2**4 + 2 * (4**4 - 2**4)


@pytest.mark.parametrize("together", [(), GROUPS[:2], GROUPS])
def test_the_family_of_a_mechanism_never_has_a_network_without_attention(together: tuple[tuple[int, ...], ...]) -> None:
    plain, *others = space(together=together, at_most=2, groups=(1, 4)).families
    assert len(others) == 2
    assert not any(network.arch.placements for network in plain.networks())
    for family in others:
        assert all(network.arch.placements for network in family.networks())
        assert not any(network in family for network in plain.networks())


def test_attention_is_found_where_one_block_takes_it_and_all_may_be_removed() -> None:
    """5 divides the channels of block 16 alone: 160."""
    one = space(together=(), blocks=(3, 5, 6, 16), groups=(5,))
    plain, placed = one.families
    assert [option.blocks for unit in placed.units for option in unit if option.has_attention] == [(16,)] * 2
    assert (plain.count(), placed.count()) == (2**4, 2 * 2**3)
    rng = Random(0)
    drawn = {placed.sample(rng) for _ in range(300)}
    assert drawn == set(placed.networks())


@pytest.mark.parametrize("cost", ["params", "flops"])
def test_tight_budgets_that_only_removals_meet_are_met(cost: str) -> None:
    least = space()
    removed = least.bases[0].with_changes(Change(block) for group in GROUPS for block in group)
    tight = replace(least, budgets=Budgets({cost: least.costs_of(removed)[cost]}))
    assert list(tight) == [removed]
    assert tight.sample(Random(0)) == removed
    assert tight.count_within_budgets() == 1


def test_a_removal_never_hides_the_only_attention() -> None:
    """Budgets that the cheapest network with attention just meets."""
    for modes in (("insert", "remove"), CHANGE_MODES):
        whole = space(modes=modes, groups=(1, 4))
        placed = [network for network in whole if network.arch.placements]
        cheapest = min(placed, key=lambda network: whole.costs_of(network)["params"])
        tight = replace(whole, budgets=Budgets({"params": whole.costs_of(cheapest)["params"]}))
        assert cheapest in set(tight)
        assert any(family.needs_attention for family in tight.feasible_families)
        assert any(tight.sample(Random(seed)) == cheapest for seed in range(100))


@pytest.mark.parametrize("at_most", [1, 2, 3])
@pytest.mark.parametrize("modes", [("insert", "remove"), CHANGE_MODES])
def test_the_least_of_each_cost_can_be_had_and_no_less(modes: tuple[ChangeMode, ...], at_most: int) -> None:
    """Attention is cheapest at block 16, whose removal saves most."""
    for family in space(modes=modes, blocks=(8, 15, 16), together=(), at_most=at_most).families:
        every = {network: tuple(cost.count(network) for cost in KNOWN_COSTS) for network in family.networks()}
        for index, least in enumerate(map(min, zip(*every.values(), strict=True))):
            limits = [None if other != index else least for other in range(2)]
            found = family.sample(Random(0), tuple(limits), tries=0)
            assert found is not None
            assert every[found][index] == least
            limits[index] = least - 1
            assert not family.feasible(tuple(limits))
        assert {family.sample(Random(seed), tries=0) for seed in range(100)} <= every.keys()


def test_networks_that_change_a_part_of_a_group_are_no_networks_of_the_space() -> None:
    grouped = space()
    base = grouped.bases[0]
    assert base.with_changes([Change(15), Change(16)]) in grouped
    assert base.with_changes([Change(15)]) not in grouped
    assert base.with_changes([Change(15), Change.to("substitute", 16, groups=4)]) not in grouped
    assert base.with_changes([Change(15)]) in space(together=GROUPS[:3])
    (option,) = grouped.options(base.with_changes([Change(15), Change(16)]))
    assert option.blocks == (15, 16)


@cache
def encoding_of(*, shared_groups: bool, together: bool) -> Encoding:
    changes = {"groups": (1, 3, 16), "attention": ("ulsam", "cbam"), "widths": (0.35, 1.0), "blocks": None}
    return Encoding(space(shared_groups=shared_groups, together=GROUPS if together else (), **changes))


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("shared_groups", [True, False])
@settings(max_examples=50)
@given(seed=st.integers(0, 10**6))
def test_every_combination_is_a_network_and_comes_back(shared_groups: bool, together: bool, seed: int) -> None:
    rng = Random(seed)
    encoding = encoding_of(shared_groups=shared_groups, together=together)
    network = encoding.decode({name: rng.choice(values) for name, values in encoding.choices.items()}, rng)
    for one in (network, encoding.space.sample(rng)):
        assert one in encoding.space
        params = encoding.encode(one)
        assert encoding.decode(params, rng) == one
        assert all(value in encoding.choices[name] for name, value in params.items())


def test_a_block_and_a_group_have_a_parameter_each() -> None:
    choices = encoding_of(shared_groups=True, together=True).choices
    assert choices["blocks_15_16"] == ("none", "insert", "substitute", "remove")
    assert choices["block_17"] == ("none", "insert")  # changes the shape
    assert not any(name in choices for name in ("block_15", "block_16"))
    own = encoding_of(shared_groups=False, together=True).choices["blocks_12_13"]
    assert own[0] == "none"
    assert {"insert-g1", "insert-g3", "substitute-g16"} <= set(own)
    assert own[-1] == "remove"


@pytest.mark.parametrize("shared_groups", [True, False])
def test_a_network_with_removals_alone_has_neither_mechanism_nor_g(shared_groups: bool) -> None:
    """At width 0.35 no channels divide by 3: there is no family of that g."""
    encoding = encoding_of(shared_groups=shared_groups, together=True)
    network = encoding.space.base("mobilenet_v2", 0.35, encoding.space.input_sizes[0]).with_changes(
        [Change(3), Change(15), Change(16)]
    )
    params = encoding.encode(network)
    free = {name: values for name, values in encoding.choices.items() if name in ("groups", "attention")}
    assert {name: params[name] for name in free} == {name: values[0] for name, values in free.items()}
    assert [value for value in params.values() if value != "none"][-2:] == ["remove"] * 2
    for name, values in free.items():
        assert {encoding.decode(params | {name: value}, Random(0)) for value in values} == {network}


def test_where_blocks_are_only_removed_there_is_no_g_to_choose() -> None:
    assert Encoding(space(modes=("remove",), groups=(1, 2))).choices.keys() == {
        "backbone",
        "width",
        *(f"blocks_{'_'.join(map(str, group))}" for group in GROUPS),
    }


@pytest.mark.parametrize(
    ("changes", "key", "blocks", "mode"),
    [
        ({"together": ((14, 15),), "modes": ("insert", "remove")}, "together", (14, 15), "remove"),  # shape
        ({"together": ((14, 15),), "modes": ("insert", "substitute")}, "together", (14, 15), "substitute"),
        ({"together": ((2, 3),), "groups": (16,)}, "together", (2, 3), "insert"),  # 24 channels
        ({"input_sizes": (16,), "modes": ("insert",), "together": ((5, 15),)}, "together", (5, 15), "insert"),  # 1x1
        ({"together": (), "blocks": (2, 5), "modes": ("remove",)}, "blocks", (2,), "remove"),
    ],
)
def test_what_is_named_and_can_not_be_changed_is_told(
    changes: dict[str, Any], key: str, blocks: tuple[int, ...], mode: ChangeMode
) -> None:
    (found,) = space(**{"blocks": None} | changes).problems()
    assert isinstance(found, NoChangeError)
    assert (found.where, found.blocks, found.mode) == (f"space.placements.{key}", blocks, mode)
    assert any(f"block {block} " in found.what for block in blocks) or "channels" in found.what


def test_blocks_that_change_the_shape_are_passed_over_where_nobody_names_them() -> None:
    whole = space(blocks=None, together=(), modes=("remove",), at_most=1)
    assert whole.problems() == []
    removable = [3, 5, 6, 8, 9, 10, 12, 13, 15, 16]
    assert [network.arch.removed for network in whole] == [(), *((block,) for block in removable)]
    either = space(blocks=(2, 5), together=(), modes=("insert", "remove"))
    assert either.problems() == [], "attention can be inserted after block 2"


def test_attention_that_fits_nowhere_is_told_although_blocks_may_be_removed() -> None:
    with pytest.raises(NoPlacementError):
        space(groups=(7,)).check()


def test_a_shorter_backbone_has_no_choice_for_a_group_that_it_lacks() -> None:
    together = ((8, 9), (15, 16))
    both = space(backbones=("mobilenet_v1", "mobilenet_v2"), together=together, modes=("remove",), blocks=None)
    both = replace(both, at_most=1)
    assert both.problems() == []
    removed = {
        backbone: {network.arch.removed for network in both if network.arch.backbone == backbone}
        for backbone in both.backbones
    }
    assert removed["mobilenet_v1"] == {(), (7,), (8, 9), (10,), (11,), (3,), (5,), (13,)}
    assert removed["mobilenet_v2"] == {(), (3,), (5,), (6,), (8, 9), (10,), (12,), (13,), (15, 16)}
