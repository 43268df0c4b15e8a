"""What a search chooses: a network of one size."""

from dataclasses import replace

import pytest

from spaces import Candidate
from ulsam import ArchConfig, Placement
from ulsam.errors import InvalidError

PLACEMENTS = (Placement(block=12, mode="substitute", groups=4),)
NETWORK = Candidate(
    arch=ArchConfig(backbone="mobilenet_v2", width=0.35, num_classes=10, placements=PLACEMENTS), input_size=64
)


def test_the_same_layers_at_another_size_are_another_network() -> None:
    assert replace(NETWORK, input_size=64) == NETWORK
    assert len({NETWORK, replace(NETWORK, input_size=64), replace(NETWORK, input_size=80)}) == 2


@pytest.mark.parametrize("size", [0, -1, 1025, 100_000, 64.0, "64", True])
def test_refuses_sizes_that_no_memory_holds_or_that_are_none(size: int) -> None:
    with pytest.raises(InvalidError) as refused:
        replace(NETWORK, input_size=size)
    assert (refused.value.where, refused.value.got) == ("input_size", repr(size))


def test_placements_are_exchanged_and_all_else_stays() -> None:
    plain = NETWORK.with_placements(())
    assert plain.arch == replace(NETWORK.arch, placements=())
    assert plain.with_placements(PLACEMENTS) == NETWORK


def test_comes_back_from_its_plain_values() -> None:
    assert Candidate.from_dict(NETWORK.to_dict()) == NETWORK
