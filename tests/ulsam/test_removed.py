"""Blocks that are left out: what comes in goes out, at no cost."""

from dataclasses import replace

import pytest
import torch
import torchvision
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from ulsam import ArchConfig, Placement, build_model, count_cost
from ulsam.arch import ArchError, NoSuchBlockError, ShapeChangesError
from ulsam.backbones import BACKBONES, Backbone, backbone_shape


@st.composite
def thinned(draw: st.DrawFn) -> ArchConfig:
    """Any plain network with some of its blocks left out."""
    backbone: Backbone = draw(st.sampled_from(BACKBONES))
    width = draw(st.sampled_from([0.25, 0.5, 1.0]))
    removable = [block.index for block in backbone_shape(backbone, width).blocks if block.keeps_shape]
    removed = draw(st.sets(st.sampled_from(removable), min_size=1))
    return ArchConfig(backbone=backbone, width=width, num_classes=10, removed=tuple(removed))


@settings(max_examples=20)
@given(thinned(), st.sampled_from([32, 96]))
def test_it_costs_what_the_blocks_cost_less(arch: ArchConfig, size: int) -> None:
    plain, thin = count_cost(replace(arch, removed=()), size), count_cost(arch, size)
    gone = [layer for layer in plain.layers if layer.block in arch.removed]
    assert plain.params - thin.params == sum(layer.params for layer in gone) > 0
    assert plain.flops - thin.flops == sum(layer.flops for layer in gone) > 0
    left = [layer for layer in thin.layers if layer.role != "removed"]
    assert left == [layer for layer in plain.layers if layer.block not in arch.removed]


@settings(max_examples=5)
@given(thinned())
def test_the_model_has_the_parameters_that_were_counted(arch: ArchConfig) -> None:
    model = build_model(arch, 32)
    assert sum(parameter.numel() for parameter in model.parameters()) == count_cost(arch, 32).params


def test_it_is_torchvisions_network_without_those_blocks() -> None:
    theirs = torchvision.models.mobilenet_v2(num_classes=10).eval()
    ours = build_model(ArchConfig(backbone="mobilenet_v2", num_classes=10, removed=(5, 15, 16)), 64).eval()
    for number in (5, 15, 16):
        theirs.features[number] = nn.Identity()
    ours.load_state_dict(theirs.state_dict())  # the blocks that are left keep their names
    images = torch.rand(2, 3, 64, 64)
    assert torch.equal(ours(images), theirs(images))


@settings(max_examples=20)
@given(thinned())
def test_it_comes_back_from_its_plain_values_under_a_name_of_its_own(arch: ArchConfig) -> None:
    assert ArchConfig.from_dict(arch.to_dict()) == arch
    assert "removed" not in replace(arch, removed=()).to_dict(), "as files and keys of earlier versions have it"
    assert arch.arch_id != replace(arch, removed=()).arch_id
    assert arch.arch_id != replace(arch, removed=arch.removed[1:]).arch_id


@pytest.mark.parametrize(
    ("removed", "error"),
    [
        ((2,), ShapeChangesError),
        ((17,), ShapeChangesError),
        ((18,), NoSuchBlockError),
        ((5, 5), ArchError),
        ((12,), ArchError),
        ((0,), ArchError),
        ((True,), ArchError),
    ],
)
def test_what_can_not_be_left_out_is_refused(removed: tuple[int, ...], error: type[ArchError]) -> None:
    placements = (Placement(block=12, mode="insert", groups=4),)
    with pytest.raises(error):
        ArchConfig(backbone="mobilenet_v2", placements=placements, removed=removed)


@pytest.mark.parametrize("removed", [5, "5", {5: 1}])
def test_what_is_no_list_is_refused(removed: object) -> None:
    with pytest.raises(ArchError) as refused:
        ArchConfig.from_dict({"backbone": "mobilenet_v2", "removed": removed})
    assert refused.value.where == "removed"
