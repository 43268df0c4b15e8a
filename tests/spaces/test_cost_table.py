"""Costs of many networks at once are those of each alone."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spaces import Budgets, SearchSpace
from spaces.cost_table import NotInSpaceError
from ulsam import ArchConfig, count_cost
from ulsam.arch import MECHANISMS, MODES
from ulsam.backbones import BACKBONES


def space(**changes: object) -> SearchSpace:
    values: dict[str, object] = {
        "backbones": BACKBONES,
        "widths": (0.1, 0.35, 1.0),
        "groups": (1, 2, 4, 8),
        "modes": MODES,
        "blocks": None,
        "at_most": 4,
        "shared_groups": True,
        "num_classes": 10,
        "input_size": 64,
        "stem_stride": 2,
    }
    return SearchSpace(**(values | changes))  # type: ignore[arg-type]


@settings(max_examples=20)
@given(
    seed=st.integers(0, 2**16),
    shared=st.booleans(),
    attention=st.sampled_from([("ulsam",), MECHANISMS]),
    backbones=st.sampled_from([BACKBONES, ("mobilenet_v1",)]),
)
def test_equals_the_count_of_each_network(
    seed: int, shared: bool, attention: tuple[str, ...], backbones: tuple[str, ...]
) -> None:
    drawn = space(shared_groups=shared, attention=attention, backbones=backbones)
    rng = Random(seed)
    archs = [drawn.sample(rng) for _ in range(30)]
    counts = drawn.cost_table.count(archs)
    costs = [count_cost(arch, 64) for arch in archs]
    assert counts["params"].tolist() == [cost.params for cost in costs]
    assert counts["flops"].tolist() == [cost.flops for cost in costs]


def test_equals_the_count_of_every_network_of_a_small_space() -> None:
    small = space(widths=(0.1,), blocks=(3, 5, 9), at_most=3)
    archs = list(small)
    counts = small.cost_table.count(archs)
    assert len(archs) == small.count() > 100
    assert list(zip(counts["params"].tolist(), counts["flops"].tolist(), strict=True)) == [
        (cost.params, cost.flops) for cost in (count_cost(arch, 64) for arch in archs)
    ]


def test_budgets_do_not_matter_and_none_is_none() -> None:
    drawn = space(budgets=Budgets({"params": 100_000}))
    plain = ArchConfig(backbone="mobilenet_v2", width=1.0, num_classes=10)
    assert drawn.cost_table.count([plain])["params"].tolist() == [count_cost(plain, 64).params]
    assert {name: counts.shape for name, counts in drawn.cost_table.count([]).items()} == {
        "params": (0,),
        "flops": (0,),
    }


def test_refuses_networks_of_other_spaces() -> None:
    other = ArchConfig(backbone="mobilenet_v2", width=0.5, num_classes=10)
    with pytest.raises(NotInSpaceError) as refused:
        space().cost_table.count([other])
    assert refused.value.arch == other
