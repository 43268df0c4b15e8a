"""ArchConfig: one canonical form, clear errors, plain values and back."""

import pickle
from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from hypothesis import given

from tests.architectures import architectures
from ulsam import ArchConfig, Placement
from ulsam.arch import (
    ArchError,
    IndivisibleError,
    MissingFieldError,
    NoSuchBlockError,
    PlacementError,
    ShapeChangesError,
    UnknownFieldError,
)

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
    ("placement", "error"),
    [
        (Placement(block=18, mode="insert", groups=1), NoSuchBlockError),
        (Placement(block=0, mode="insert", groups=1), NoSuchBlockError),
        (Placement(block=12, mode="insert", groups=5), IndivisibleError),
        (Placement(block=11, mode="substitute", groups=1), ShapeChangesError),  # 64 to 96 channels
        (Placement(block=14, mode="substitute", groups=1), ShapeChangesError),  # a stride of 2
    ],
)
def test_refuses_placements_that_do_not_fit(placement: Placement, error: type[PlacementError]) -> None:
    with pytest.raises(error) as refused:
        ArchConfig(backbone="mobilenet_v2", placements=(placement,))
    assert refused.value.block == placement.block
    if isinstance(refused.value, IndivisibleError):
        assert (refused.value.channels, refused.value.groups) == (96, 5)


def test_refuses_two_placements_at_one_block() -> None:
    with pytest.raises(ArchError) as refused:
        ArchConfig(backbone="mobilenet_v2", placements=(INSERT, Placement(block=12, mode="substitute", groups=4)))
    assert refused.value.where == "placements"


@pytest.mark.parametrize(
    ("values", "where", "got"),
    [
        ({"backbone": "resnet"}, "backbone", "'resnet'"),
        ({"backbone": "mobilenet_v1", "width": 0}, "width", "0"),
        ({"backbone": "mobilenet_v1", "width": "wide"}, "width", "'wide'"),
        ({"backbone": "mobilenet_v1", "num_classes": 0}, "num_classes", "0"),
        ({"backbone": "mobilenet_v1", "stem_stride": 3}, "stem_stride", "3"),
        ({"backbone": "mobilenet_v1", "placements": "all"}, "placements", "'all'"),
        (
            {"backbone": "mobilenet_v1", "placements": [{"block": 3, "mode": "add", "groups": 1}]},
            "placement mode",
            "'add'",
        ),
        (
            {"backbone": "mobilenet_v1", "placements": [{"block": 3, "mode": "insert", "groups": True}]},
            "groups",
            "True",
        ),
        (["mobilenet_v1"], "architecture", "['mobilenet_v1']"),
    ],
)
def test_says_which_plain_value_is_wrong(values: Any, where: str, got: str) -> None:
    with pytest.raises(ArchError) as refused:
        ArchConfig.from_dict(values)
    assert (refused.value.where, refused.value.got) == (where, got)
    assert refused.value.expected
    assert str(refused.value) == f"{where}: expected {refused.value.expected}, got {got}"


@pytest.mark.parametrize(
    ("values", "error", "where", "key"),
    [
        ({"backbone": "mobilenet_v1", "depth": 3}, UnknownFieldError, "architecture", "depth"),
        ({"width": 1.0}, MissingFieldError, "architecture", "backbone"),
        ({"backbone": "mobilenet_v1", "placements": [{"block": 3}]}, MissingFieldError, "placement", "mode"),
    ],
)
def test_says_which_key_is_wrong(
    values: Any, error: type[UnknownFieldError | MissingFieldError], where: str, key: str
) -> None:
    with pytest.raises(error) as refused:
        ArchConfig.from_dict(values)
    assert (refused.value.where, refused.value.key) == (where, key)


def test_an_error_comes_whole_through_a_pickle() -> None:
    with pytest.raises(IndivisibleError) as refused:
        ArchConfig(backbone="mobilenet_v2", placements=(Placement(block=12, mode="insert", groups=5),))
    again = pickle.loads(pickle.dumps(refused.value))
    assert (type(again), vars(again), str(again)) == (IndivisibleError, vars(refused.value), str(refused.value))
