"""Costs that are known of every network before it is trained."""

import pickle
from dataclasses import replace

import pytest

from spaces import FLOPS, KNOWN_COSTS, PARAMS, Candidate, KnownCost, count_known_costs, parse_count
from ulsam import ArchConfig, Placement, count_cost

ARCH = ArchConfig(
    backbone="mobilenet_v2",
    width=0.35,
    num_classes=10,
    placements=(Placement(block=9, mode="insert", groups=4), Placement(block=12, mode="substitute", groups=1)),
    removed=(15,),
)
NETWORK = Candidate(arch=ARCH, input_size=64)


def test_parameters_and_flops_are_those_of_the_networks_own_count() -> None:
    cost = count_cost(ARCH, 64)
    assert count_known_costs(NETWORK) == {"params": cost.params, "flops": cost.flops}
    assert count_known_costs(NETWORK, [FLOPS]) == {"flops": cost.flops}
    assert count_known_costs(replace(NETWORK, input_size=32))["flops"] < cost.flops


@pytest.mark.parametrize("cost", KNOWN_COSTS, ids=lambda cost: cost.name)
def test_changes_add_up(cost: KnownCost) -> None:
    """A placement after a block, another one in its place, and a block that is left out."""
    added = [cost.count(NETWORK.with_changes((change,))) - cost.count(NETWORK.plain) for change in NETWORK.changes]
    assert len(added) == 3
    assert 0 not in added
    assert cost.count(NETWORK) == cost.count(NETWORK.plain) + sum(added)


@pytest.mark.parametrize("cost", KNOWN_COSTS, ids=lambda cost: cost.name)
def test_shares_of_layers_add_up(cost: KnownCost) -> None:
    assert cost.of_layer is not None
    assert sum(map(cost.of_layer, count_cost(ARCH, 64).layers)) == cost.count(NETWORK)


def test_names_are_keys_and_examples_are_budgets() -> None:
    names = [cost.name for cost in KNOWN_COSTS]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() for name in names)
    assert all(parse_count(cost.example) > 0 for cost in KNOWN_COSTS)
    assert (PARAMS.short, FLOPS.short) == ("params", "FLOPs")
    assert (PARAMS.title, FLOPS.title) == ("parameters", "FLOPs (multiply-adds)")


def test_workers_get_the_same_costs() -> None:
    assert pickle.loads(pickle.dumps(KNOWN_COSTS)) == KNOWN_COSTS
