"""ArchConfig: one canonical form, clear errors, plain values and back."""

from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from hypothesis import given

from tests.architectures import architectures
from ulsam import ArchConfig, Placement

INSERT = Placement(block=12, mode="insert", groups=4)
SUBSTITUTE = Placement(block=13, mode="substitute", groups=2)


def test_placements_have_one_order() -> None:
    forwards = ArchConfig(backbone="mobilenet_v2", placements=(INSERT, SUBSTITUTE))
    backwards = ArchConfig(backbone="mobilenet_v2", placements=(SUBSTITUTE, INSERT))
    assert forwards == backwards
    assert hash(forwards) == hash(backwards)
    assert forwards.arch_id == backwards.arch_id


def test_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        ArchConfig(backbone="mobilenet_v2").width = 2.0  # type: ignore[misc]


def test_names_itself_readably() -> None:
    arch = ArchConfig(
        backbone="mobilenet_v2", width=0.5, num_classes=10, stem_stride=1, placements=(INSERT, SUBSTITUTE)
    )
    assert arch.arch_id == "mobilenet_v2-x0.5-stem1-10c-ins12g4-sub13g2"


@given(architectures(), architectures())
def test_ids_are_equal_only_for_equal_networks(one: ArchConfig, other: ArchConfig) -> None:
    assert (one.arch_id == other.arch_id) == (one == other)


@given(architectures())
def test_plain_values_come_back(arch: ArchConfig) -> None:
    assert ArchConfig.from_dict(arch.to_dict()) == arch


@pytest.mark.parametrize(
    ("placement", "message"),
    [
        (Placement(block=18, mode="insert", groups=1), "block 18: mobilenet_v2 has blocks 1 to 17"),
        (Placement(block=0, mode="insert", groups=1), "block 0: mobilenet_v2 has blocks 1 to 17"),
        (Placement(block=12, mode="insert", groups=5), "96 channels: not divisible into 5 groups"),
        (Placement(block=11, mode="substitute", groups=1), "changes the shape .64 to 96 channels, stride 1."),
        (Placement(block=14, mode="substitute", groups=1), "changes the shape .96 to 160 channels, stride 2."),
    ],
)
def test_refuses_placements_that_do_not_fit(placement: Placement, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ArchConfig(backbone="mobilenet_v2", placements=(placement,))


def test_refuses_two_placements_at_one_block() -> None:
    with pytest.raises(ValueError, match="at most one a block"):
        ArchConfig(backbone="mobilenet_v2", placements=(INSERT, Placement(block=12, mode="substitute", groups=4)))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"backbone": "resnet"}, "backbone: expected one of mobilenet_v1, mobilenet_v2, got 'resnet'"),
        ({"backbone": "mobilenet_v1", "width": 0}, "width: expected a number above 0"),
        ({"backbone": "mobilenet_v1", "width": "wide"}, "width: expected a number above 0"),
        ({"backbone": "mobilenet_v1", "num_classes": 0}, "num_classes: expected a whole number of at least 1, got 0"),
        ({"backbone": "mobilenet_v1", "stem_stride": 3}, "stem_stride: expected 1 or 2, got 3"),
        ({"backbone": "mobilenet_v1", "depth": 3}, "unknown key 'depth'"),
        ({"width": 1.0}, "missing key 'backbone'"),
        ({"backbone": "mobilenet_v1", "placements": "all"}, "placements: expected a list"),
        ({"backbone": "mobilenet_v1", "placements": [{"block": 3}]}, "placement: missing key 'mode'"),
        (
            {"backbone": "mobilenet_v1", "placements": [{"block": 3, "mode": "add", "groups": 1}]},
            "placement mode: expected one of insert, substitute, got 'add'",
        ),
        (
            {"backbone": "mobilenet_v1", "placements": [{"block": 3, "mode": "insert", "groups": True}]},
            "groups: expected a whole number of at least 1, got True",
        ),
        (["mobilenet_v1"], "architecture: expected keys and values"),
    ],
)
def test_says_what_is_wrong_with_plain_values(values: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ArchConfig.from_dict(values)
