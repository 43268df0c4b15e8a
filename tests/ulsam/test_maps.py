"""The maps that a network's ULSAM modules make of an image."""

import pytest
import torch

from ulsam import ULSAM, ArchConfig, Placement, attention_maps, build_model
from ulsam.errors import InvalidError


def test_every_ulsam_gives_its_maps_in_the_networks_order() -> None:
    placements = (
        Placement(block=8, mode="substitute", groups=2),
        Placement(block=3, mode="insert", groups=4),
        Placement(block=5, mode="insert", attention="cbam"),
        Placement(block=13, mode="insert", groups=1),
    )
    model = build_model(ArchConfig(backbone="mobilenet_v1", width=0.25, placements=placements)).eval()
    images = torch.randn(2, 3, 64, 64)
    found = attention_maps(model, images)
    assert [(one.block, one.inserted, tuple(one.maps.shape)) for one in found] == [
        (3, True, (2, 4, 16, 16)),
        (8, False, (2, 2, 4, 4)),
        (13, True, (2, 1, 2, 2)),
    ]
    for one in found:
        torch.testing.assert_close(one.maps.sum(dim=(2, 3)), torch.ones(one.maps.shape[:2]))
        assert not one.maps.requires_grad


def test_they_are_made_of_what_reaches_the_module() -> None:
    arch = ArchConfig(
        backbone="mobilenet_v2", width=0.25, placements=(Placement(block=1, mode="insert", groups=4),), stem_stride=1
    )
    model = build_model(arch).eval()
    images = torch.randn(1, 3, 16, 16)
    (found,) = attention_maps(model, images)
    ulsam = model.inserted["1"]
    assert isinstance(ulsam, ULSAM)
    torch.testing.assert_close(found.maps, ulsam.attention(model.features[1](model.features[0](images))))
    assert not ulsam._forward_pre_hooks


def test_a_plain_network_has_none() -> None:
    model = build_model(ArchConfig(backbone="mobilenet_v2", width=0.25)).eval()
    assert attention_maps(model, torch.randn(1, 3, 32, 32)) == ()


def test_refuses_a_network_in_training() -> None:
    with pytest.raises(InvalidError, check=lambda error: error.where == "attention_maps"):
        attention_maps(build_model(ArchConfig(backbone="mobilenet_v2", width=0.25)), torch.randn(1, 3, 32, 32))
