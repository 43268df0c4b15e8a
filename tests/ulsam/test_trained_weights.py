"""Weights are recognised by names and shapes alone, in wrappers or without."""

import pytest
import torch

from ulsam import ArchConfig, Placement, build_model
from ulsam.backbones import Backbone
from ulsam.trained_weights import TrainedWeights


@pytest.mark.parametrize(
    ("backbone", "width"),
    [
        ("mobilenet_v2", 0.1),
        ("mobilenet_v2", 0.35),
        ("mobilenet_v2", 1.4),
        ("mobilenet_v1", 0.25),
        ("mobilenet_v1", 0.6),
    ],
)
def test_backbone_and_width_are_those_of_the_shapes(backbone: Backbone, width: float) -> None:
    state = build_model(ArchConfig(backbone=backbone, width=width, num_classes=3)).state_dict()
    trained = TrainedWeights.of(state)
    assert (trained.library, trained.backbone, trained.width, trained.classes) == ("torchvision", backbone, width, 3)
    assert trained.tensors.keys() == state.keys()


def test_attention_and_missing_blocks_hide_no_backbone() -> None:
    placed = ArchConfig(
        backbone="mobilenet_v2",
        width=0.5,
        placements=(Placement(block=3, mode="substitute", groups=4), Placement(block=9, mode="insert", groups=2)),
        removed=(12, 13, 15, 16),
    )
    trained = TrainedWeights.of(build_model(placed).state_dict())
    assert (trained.backbone, trained.width) == ("mobilenet_v2", 0.5)


@pytest.mark.parametrize("prefix", ["module.", "model.", "_orig_mod.module.", "net.backbone."])
def test_what_wrappers_put_before_names_is_taken_off(prefix: str) -> None:
    state = build_model(ArchConfig(backbone="mobilenet_v2", width=0.1)).state_dict()
    wrapped = {"criterion.weight": torch.ones(4), "n_averaged": torch.tensor(1)}
    wrapped |= {f"{prefix}{name}": tensor for name, tensor in state.items()}
    trained = TrainedWeights.of(wrapped)
    assert trained.tensors.keys() == state.keys()
    assert trained.width == 0.1


def test_of_two_networks_in_a_file_the_averaged_one_is_meant() -> None:
    state = build_model(ArchConfig(backbone="mobilenet_v2", width=0.1)).state_dict()
    both = {f"model.{name}": torch.zeros_like(tensor) for name, tensor in state.items()}
    both |= {f"ema_model.module.{name}": tensor for name, tensor in state.items()}
    trained = TrainedWeights.of(both)
    assert all(torch.equal(trained.tensors[name], state[name]) for name in state)


def test_a_network_of_another_kind_is_of_no_backbone() -> None:
    from torchvision.models import efficientnet_b0, mobilenet_v3_small, resnet18

    for make in (efficientnet_b0, mobilenet_v3_small, resnet18):  # two of them begin with features.0.0.weight
        with torch.device("meta"):
            state = make().state_dict()
        assert (TrainedWeights.of(state).backbone, TrainedWeights.of(state).width) == (None, None)


def test_no_values_break_it() -> None:
    odd = {"features.0.0.weight": torch.tensor(1.0)}
    assert TrainedWeights.of(odd).backbone is None
    assert TrainedWeights.of({}).tensors == {}
