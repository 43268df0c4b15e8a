"""Costs that are known of every network before it is trained."""

import pickle

import pytest

from spaces import FLOPS, KNOWN_COSTS, PARAMS, KnownCost, count_known_costs, parse_count
from ulsam import ArchConfig, Placement, count_cost

ARCH = ArchConfig(
    backbone="mobilenet_v2",
    width=0.35,
    num_classes=10,
    placements=(Placement(block=9, mode="insert", groups=4), Placement(block=12, mode="substitute", groups=1)),
)


def test_parameters_and_flops_are_those_of_the_networks_own_count() -> None:
    cost = count_cost(ARCH, 64)
    assert count_known_costs(ARCH, 64) == {"params": cost.params, "flops": cost.flops}
    assert count_known_costs(ARCH, 64, [FLOPS]) == {"flops": cost.flops}
    assert count_known_costs(ARCH, 32)["flops"] < cost.flops


@pytest.mark.parametrize("cost", KNOWN_COSTS, ids=lambda cost: cost.name)
def test_placements_add_up(cost: object) -> None:
    count = next(known.count for known in KNOWN_COSTS if known is cost)
    plain, first, second = (
        ArchConfig(backbone=ARCH.backbone, width=ARCH.width, num_classes=10, placements=placements)
        for placements in ((), ARCH.placements[:1], ARCH.placements[1:])
    )
    assert count(ARCH, 64) - count(first, 64) == count(second, 64) - count(plain, 64) != 0


@pytest.mark.parametrize("cost", KNOWN_COSTS, ids=lambda cost: cost.name)
def test_shares_of_layers_add_up(cost: KnownCost) -> None:
    assert cost.of_layer is not None
    assert sum(map(cost.of_layer, count_cost(ARCH, 64).layers)) == cost.count(ARCH, 64)


def test_names_are_keys_and_examples_are_budgets() -> None:
    names = [cost.name for cost in KNOWN_COSTS]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() for name in names)
    assert all(parse_count(cost.example) > 0 for cost in KNOWN_COSTS)
    assert (PARAMS.short, FLOPS.short) == ("params", "FLOPs")
    assert (PARAMS.title, FLOPS.title) == ("parameters", "FLOPs (multiply-adds)")


def test_workers_get_the_same_costs() -> None:
    assert pickle.loads(pickle.dumps(KNOWN_COSTS)) == KNOWN_COSTS
