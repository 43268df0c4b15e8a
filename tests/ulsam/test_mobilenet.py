"""The built networks: torchvision's where plain, ULSAM where placed."""

import pytest
import torch
import torchvision
from hypothesis import given, settings

from tests.architectures import architectures
from ulsam import ULSAM, ArchConfig, Placement, build_model


@pytest.mark.parametrize("width", [0.35, 1.0])
def test_plain_v2_is_torchvisions_network(width: float) -> None:
    theirs = torchvision.models.mobilenet_v2(width_mult=width).eval()
    ours = build_model(ArchConfig(backbone="mobilenet_v2", width=width)).eval()
    ours.load_state_dict(theirs.state_dict())
    images = torch.randn(2, 3, 64, 64)
    torch.testing.assert_close(ours(images), theirs(images))


def test_a_blocks_weights_keep_their_names_beside_placements() -> None:
    plain = build_model(ArchConfig(backbone="mobilenet_v2")).state_dict()
    placements = (Placement(block=3, mode="insert", groups=2), Placement(block=12, mode="substitute", groups=4))
    placed = build_model(ArchConfig(backbone="mobilenet_v2", placements=placements)).state_dict()
    shared = {name for name in plain if not name.startswith("features.12.")}
    assert shared <= set(placed)
    assert all(plain[name].shape == placed[name].shape for name in shared)


def test_attention_stands_where_it_was_placed() -> None:
    placements = (Placement(block=3, mode="insert", groups=2), Placement(block=12, mode="substitute", groups=4))
    model = build_model(ArchConfig(backbone="mobilenet_v2", placements=placements))
    assert isinstance(model.features[12], ULSAM)
    assert model.features[12].groups == 4
    seen = []
    model.features[3].register_forward_hook(lambda *_: seen.append("block 3"))
    model.inserted["3"].register_forward_hook(lambda *_: seen.append("ULSAM"))
    model.features[4].register_forward_hook(lambda *_: seen.append("block 4"))
    model(torch.randn(2, 3, 64, 64))
    assert seen == ["block 3", "ULSAM", "block 4"]


@settings(max_examples=10)
@given(architectures())
def test_every_architecture_runs_forwards_and_backwards(arch: ArchConfig) -> None:
    logits = build_model(arch)(torch.randn(2, 3, 64, 64))
    assert logits.shape == (2, arch.num_classes)
    logits.sum().backward()


def test_first_convolution_has_the_asked_stride() -> None:
    images = torch.randn(1, 3, 32, 32)
    for stride in (1, 2):
        stem = build_model(ArchConfig(backbone="mobilenet_v1", stem_stride=stride)).features[0]
        assert stem(images).shape[-1] == 32 // stride
