"""Costs of many networks at once are those of each alone."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spaces import Budgets, Candidate, SearchSpace
from spaces.change import CHANGE_MODES
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
        "input_sizes": (64,),
        "stem_stride": 2,
    }
    return SearchSpace(**(values | changes))  # type: ignore[arg-type]


@settings(max_examples=20)
@given(
    seed=st.integers(0, 2**16),
    shared=st.booleans(),
    attention=st.sampled_from([("ulsam",), MECHANISMS]),
    backbones=st.sampled_from([BACKBONES, ("mobilenet_v1",)]),
    modes=st.sampled_from([MODES, CHANGE_MODES]),
    together=st.sampled_from([(), ((8, 9, 10), (12, 13))]),
    sizes=st.sampled_from([(64,), (32, 48, 64)]),
)
def test_equals_the_count_of_each_network(
    seed: int,
    shared: bool,
    attention: tuple[str, ...],
    backbones: tuple[str, ...],
    modes: tuple[str, ...],
    together: tuple[tuple[int, ...], ...],
    sizes: tuple[int, ...],
) -> None:
    drawn = space(
        shared_groups=shared,
        attention=attention,
        backbones=backbones,
        modes=modes,
        together=together,
        input_sizes=sizes,
    )
    rng = Random(seed)
    networks = [drawn.sample(rng) for _ in range(30)]
    counts = drawn.cost_table.count(networks)
    costs = [count_cost(network.arch, network.input_size) for network in networks]
    assert counts["params"].tolist() == [cost.params for cost in costs]
    assert counts["flops"].tolist() == [cost.flops for cost in costs]


def test_equals_the_count_of_every_network_of_a_small_space() -> None:
    small = space(widths=(0.1,), blocks=(3, 5, 9), at_most=3)
    networks = list(small)
    counts = small.cost_table.count(networks)
    assert len(networks) == small.count() > 100
    assert list(zip(counts["params"].tolist(), counts["flops"].tolist(), strict=True)) == [
        (cost.params, cost.flops) for cost in (count_cost(network.arch, 64) for network in networks)
    ]


def test_budgets_do_not_matter_and_none_is_none() -> None:
    drawn = space(budgets=Budgets({"params": 100_000}))
    plain = Candidate(arch=ArchConfig(backbone="mobilenet_v2", width=1.0, num_classes=10), input_size=64)
    assert drawn.cost_table.count([plain])["params"].tolist() == [count_cost(plain.arch, 64).params]
    assert {name: counts.shape for name, counts in drawn.cost_table.count([]).items()} == {
        "params": (0,),
        "flops": (0,),
    }


@pytest.mark.parametrize(("width", "size"), [(0.5, 64), (1.0, 32)])
def test_refuses_networks_of_other_spaces(width: float, size: int) -> None:
    arch = ArchConfig(backbone="mobilenet_v2", width=width, num_classes=10)
    other = Candidate(arch=arch, input_size=size)
    with pytest.raises(NotInSpaceError) as refused:
        space().cost_table.count([other])
    assert refused.value.network == other
