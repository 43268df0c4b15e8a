"""What a search chooses: a network of one size."""

from dataclasses import replace

import pytest

from spaces import Candidate, Change
from ulsam import ArchConfig, Placement
from ulsam.errors import InvalidError

PLACEMENTS = (Placement(block=12, mode="substitute", groups=4),)
NETWORK = Candidate(
    arch=ArchConfig(backbone="mobilenet_v2", width=0.35, num_classes=10, placements=PLACEMENTS, removed=(5, 15)),
    input_size=64,
)


def test_the_same_layers_at_another_size_are_another_network() -> None:
    assert replace(NETWORK, input_size=64) == NETWORK
    assert len({NETWORK, replace(NETWORK, input_size=64), replace(NETWORK, input_size=80)}) == 2


@pytest.mark.parametrize("size", [0, -1, 1025, 100_000, 64.0, "64", True])
def test_refuses_sizes_that_no_memory_holds_or_that_are_none(size: int) -> None:
    with pytest.raises(InvalidError) as refused:
        replace(NETWORK, input_size=size)
    assert (refused.value.where, refused.value.got) == ("input_size", repr(size))


def test_changes_are_exchanged_and_all_else_stays() -> None:
    plain = NETWORK.plain
    assert plain.arch == replace(NETWORK.arch, placements=(), removed=())
    assert plain.changes == ()
    assert NETWORK.changes == (Change(5), Change(12, PLACEMENTS[0]), Change(15))
    assert [change.mode for change in NETWORK.changes] == ["remove", "substitute", "remove"]
    assert plain.with_changes(NETWORK.changes[::-1]) == NETWORK
    assert NETWORK.with_changes([Change(5)]).arch == replace(plain.arch, removed=(5,))


def test_a_change_is_of_its_own_block() -> None:
    assert Change.to("substitute", 12, groups=4) == Change(12, PLACEMENTS[0])
    assert Change.to("remove", 12) == Change(12)
    with pytest.raises(InvalidError) as refused:
        Change(13, PLACEMENTS[0])
    assert refused.value.where == "placement"


def test_comes_back_from_its_plain_values() -> None:
    assert Candidate.from_dict(NETWORK.to_dict()) == NETWORK
