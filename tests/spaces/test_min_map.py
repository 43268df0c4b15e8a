"""Attention over positions stays off maps that are smaller than wanted; attention over channels may be there."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spaces import Candidate, SearchSpace
from spaces.errors import NoChangeError
from ulsam.arch import CHANNEL_ATTENTION
from ulsam.backbones import BACKBONES
from ulsam.cost import count_cost

SPACE = SearchSpace(  # of maps of 8x8 and, after block 13, 4x4
    backbones=("mobilenet_v2",),
    widths=(0.35,),
    groups=(1, 4),
    modes=("insert", "substitute"),
    blocks=(11, 12, 15, 16),
    attention=("ulsam", "eca"),
    at_most=2,
    shared_groups=True,
    num_classes=10,
    input_sizes=(128,),
    stem_stride=2,
)


@settings(max_examples=20)
@given(min_map=st.integers(1, 20), size=st.sampled_from([32, 64, 128]), backbone=st.sampled_from(BACKBONES))
def test_the_networks_are_those_whose_attention_has_maps_large_enough(min_map: int, size: int, backbone: str) -> None:
    every = replace(SPACE, input_sizes=(size,), backbones=(backbone,))
    kept = replace(every, min_map=min_map)
    expected = {network for network in every if _smallest_map(network) >= min_map}
    assert set(kept) == expected
    assert kept.count() == len(expected)


def test_a_group_on_small_maps_is_refused_with_its_size_and_the_least() -> None:
    space = replace(SPACE, attention=("ulsam",), min_map=5, blocks=None, together=((12, 13), (15, 16)))
    (problem,) = space.problems()
    assert isinstance(problem, NoChangeError)
    assert (problem.where, problem.blocks, problem.mode) == ("space.placements.together", (15, 16), "insert")
    assert replace(space, min_map=4).problems() == []


def test_attention_over_channels_takes_any_map() -> None:
    assert {
        placement.attention
        for network in replace(SPACE, min_map=5, blocks=(15, 16))
        for placement in network.arch.placements
    } == {"eca"}


@pytest.mark.parametrize("min_map", [1, 2])
def test_maps_of_one_position_are_never_taken(min_map: int) -> None:
    assert all(
        not network.arch.placements for network in replace(SPACE, min_map=min_map, input_sizes=(32,), blocks=(15, 16))
    )


def _smallest_map(network: Candidate) -> float:
    """The side of the smallest map that takes attention over positions; infinite without any."""
    sizes = {row.block: row.size for row in count_cost(network.arch, network.input_size).layers}
    return min(
        (
            sizes[placement.block]
            for placement in network.arch.placements
            if placement.attention not in CHANNEL_ATTENTION
        ),
        default=float("inf"),
    )
