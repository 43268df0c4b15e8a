"""Flat parameters for samplers: every combination is a valid network, every network one combination."""

from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spaces import Budgets, Encoding, SearchSpace
from ulsam.arch import MODES, Mechanism
from ulsam.backbones import BACKBONES


@cache
def encoding_of(
    *, shared_groups: bool, attention: tuple[Mechanism, ...] = ("ulsam",), input_sizes: tuple[int, ...] = (32,)
) -> Encoding:
    space = SearchSpace(
        backbones=BACKBONES,
        widths=(0.1, 0.35, 0.36, 1.0),
        groups=(1, 4, 16),
        modes=MODES,
        blocks=None,
        at_most=4,
        shared_groups=shared_groups,
        attention=attention,
        num_classes=10,
        input_sizes=input_sizes,
        stem_stride=1,
        budgets=Budgets({"flops": 30_000_000}),
    )
    return Encoding(space)


ATTENTION: list[tuple[Mechanism, ...]] = [("ulsam",), ("bam",), ("ulsam", "cbam", "non_local")]


@pytest.mark.parametrize("attention", ATTENTION)
@pytest.mark.parametrize("shared_groups", [True, False])
@pytest.mark.parametrize("input_sizes", [(32,), (16, 24, 32)])
@settings(max_examples=50)
@given(seed=st.integers(0, 10**6))
def test_networks_come_back(
    shared_groups: bool, attention: tuple[Mechanism, ...], input_sizes: tuple[int, ...], seed: int
) -> None:
    encoding = encoding_of(shared_groups=shared_groups, attention=attention, input_sizes=input_sizes)
    network = encoding.space.sample(Random(seed))
    params = encoding.encode(network)
    assert encoding.decode(params, Random(0)) == network
    assert set(params) == set(encoding.choices)
    assert all(value in encoding.choices[name] for name, value in params.items())


@pytest.mark.parametrize("attention", ATTENTION)
@pytest.mark.parametrize("shared_groups", [True, False])
@settings(max_examples=50)
@given(seed=st.integers(0, 10**6))
def test_every_combination_is_a_valid_network_with_a_canonical_form(
    shared_groups: bool, attention: tuple[Mechanism, ...], seed: int
) -> None:
    rng = Random(seed)
    encoding = encoding_of(shared_groups=shared_groups, attention=attention)
    network = encoding.decode({name: rng.choice(values) for name, values in encoding.choices.items()}, rng)
    assert len(network.arch.placements) <= 4
    assert any(network in family for family in encoding.space.families)
    canonical = encoding.encode(network)
    assert encoding.encode(encoding.decode(canonical, rng)) == canonical


def test_groups_mean_nothing_without_placements() -> None:
    encoding = encoding_of(shared_groups=True)
    plain = {name: values[0] for name, values in encoding.choices.items()}
    networks = {encoding.decode(plain | {"groups": groups}, Random(0)) for groups in (1, 4, 16)}
    assert len(networks) == 1
    assert encoding.encode(networks.pop())["groups"] == 1


def test_widths_that_round_to_the_same_channels_are_one_network() -> None:
    encoding = encoding_of(shared_groups=True)
    plain = {name: values[0] for name, values in encoding.choices.items()}
    narrow = encoding.decode(plain | {"backbone": "mobilenet_v2", "width": 0.35}, Random(0))
    other = encoding.decode(plain | {"backbone": "mobilenet_v2", "width": 0.36}, Random(0))
    assert narrow == other
    assert encoding.encode(other)["width"] == 0.35


def test_a_size_is_a_choice_where_there_are_several() -> None:
    encoding = encoding_of(shared_groups=True, input_sizes=(16, 24, 32))
    assert encoding.choices["input_size"] == (16, 24, 32)
    params = {"backbone": "mobilenet_v2", "width": 0.35, "block_12": "insert"}
    networks = [encoding.decode(params | {"input_size": size}, Random(0)) for size in (16, 24, 32)]
    assert [network.input_size for network in networks] == [16, 24, 32]
    assert len({network.arch for network in networks}) == 1
    assert "input_size" not in encoding_of(shared_groups=True).choices


def test_parameters_with_one_choice_may_be_left_out() -> None:
    encoding = encoding_of(shared_groups=True)
    params = {"block_12": "insert"}
    assert encoding.decode(params, Random(0)).arch.backbone == "mobilenet_v1"


def test_blocks_that_take_nothing_have_no_parameter() -> None:
    encoding = encoding_of(shared_groups=True)
    assert "block_0" not in encoding.choices
    assert encoding.choices["block_2"] == ("none", "insert")  # changes the shape: can't be substituted
    assert encoding.choices["block_8"] == ("none", "insert", "substitute")
    per_block = encoding_of(shared_groups=False).choices
    assert per_block["block_2"] == ("none", "insert-g1", "insert-g4", "insert-g16")
    assert "groups" not in per_block


def test_a_network_has_one_mechanism_and_g_means_something_to_ulsam_alone() -> None:
    encoding = encoding_of(shared_groups=True, attention=("ulsam", "cbam"))
    plain = {name: values[0] for name, values in encoding.choices.items()} | {"block_12": "insert"}
    networks = {encoding.decode(plain | {"attention": "cbam", "groups": groups}, Random(0)) for groups in (1, 4, 16)}
    (network,) = networks
    assert [placement.attention for placement in network.arch.placements] == ["cbam"]
    assert encoding.encode(network)["groups"] == 1
    nothing = {name: values[0] for name, values in encoding.choices.items()} | {"attention": "cbam"}
    assert encoding.encode(encoding.decode(nothing, Random(0)))["attention"] == "ulsam"
    assert "attention" not in encoding_of(shared_groups=True).choices
