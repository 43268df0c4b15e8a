"""Which networks start from weights that are cut from those of a wider one."""

import pytest

from ulsam import ArchConfig, build_model
from ulsam.backbones import Backbone, backbone_shape
from ulsam.plan import layer_plan
from ulsam.trained_weights import TrainedWeights
from ulsam.widths import is_cut_from


@pytest.mark.parametrize(
    ("backbone", "narrow", "wide", "found"),
    [
        ("mobilenet_v2", 0.5, 1.0, True),
        ("mobilenet_v2", 0.28, 1.0, True),
        ("mobilenet_v2", 0.27, 1.0, False),  # block 1: 8 of 8 channels, where the wide network has 16 of 32
        ("mobilenet_v2", 0.15, 1.0, False),
        ("mobilenet_v2", 0.2, 0.25, True),  # both add it
        ("mobilenet_v2", 0.15, 0.25, False),  # block 11
        ("mobilenet_v1", 0.1, 1.0, True),  # no block adds its input
        ("mobilenet_v1", 1.0, 1.0, False),
        ("mobilenet_v1", 1.0, 0.5, False),
        ("mobilenet_v1", 0.99, 1.0, True),
    ],
)
def test_a_network_is_cut_where_it_adds_no_input_that_the_wide_one_does_not(
    backbone: Backbone, narrow: float, wide: float, *, found: bool
) -> None:
    arch = ArchConfig(backbone=backbone, width=narrow)
    assert is_cut_from(arch, backbone, wide) == found
    assert not is_cut_from(arch, None, None)
    if narrow < wide and backbone_shape(backbone, narrow) != backbone_shape(backbone, wide):
        plans = (layer_plan(ArchConfig(backbone=backbone, width=width)) for width in (narrow, wide))
        own, other = ([block.residual for block in plan.blocks] for plan in plans)
        assert found == all(theirs or not mine for mine, theirs in zip(own, other, strict=True))
        weights = TrainedWeights.of(build_model(ArchConfig(backbone=backbone, width=wide)).state_dict())
        assert bool(weights.tensors_for(arch)) == found, "what is not cut starts fresh"
