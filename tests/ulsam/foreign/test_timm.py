"""timm's weights under our names: names, shapes and outputs as timm 1.0.31 has them (scripts/foreign_goldens.py)."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from tests.ulsam.foreign.answers import logits_of
from tests.ulsam.foreign.filled import values
from ulsam import ArchConfig, build_model
from ulsam.backbones import Backbone
from ulsam.trained_weights import TrainedWeights

GOLDEN: dict[str, Any] = json.loads(Path(__file__).with_name("timm.json").read_text())


def weights_of(name: str) -> dict[str, Tensor]:
    shapes = GOLDEN[name]["shapes"]
    return {
        key: torch.from_numpy(values(key, tuple(shape))) if shape else torch.tensor(3) for key, shape in shapes.items()
    }


@pytest.mark.parametrize(
    ("name", "backbone", "width"), [("mobilenetv2_035", "mobilenet_v2", 0.35), ("mobilenetv1_100", "mobilenet_v1", 1.0)]
)
def test_every_weight_has_its_place(name: str, backbone: Backbone, width: float) -> None:
    trained = TrainedWeights.of(weights_of(name))
    assert (trained.library, trained.backbone, trained.width, trained.classes) == ("timm", backbone, width, 5)
    assert trained.unknown == ()
    model = build_model(ArchConfig(backbone=backbone, width=width, num_classes=5))
    assert {name: tensor.shape for name, tensor in trained.tensors.items()} == {
        name: tensor.shape for name, tensor in model.state_dict().items()
    }


@pytest.mark.parametrize(("name", "convention"), [("mobilenetv2_035", "torch"), ("mobilenetv1_100", "timm")])
def test_a_network_answers_as_it_does_in_timm(name: str, convention: str) -> None:
    trained = TrainedWeights.of(weights_of(name))
    assert trained.convention == convention
    golden = torch.tensor(GOLDEN[name]["logits"])
    torch.testing.assert_close(logits_of(trained), golden, atol=1e-4, rtol=0)


def test_a_classifier_behind_another_convolution_is_left_out() -> None:
    trained = TrainedWeights.of(weights_of("mobilenetv1_100h"))
    assert (trained.backbone, trained.width, trained.classes) == ("mobilenet_v1", 1.0, None)
    assert set(trained.unknown) == {
        "conv_head.weight",
        *(f"bn2.{name}" for name in ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")),
        "classifier.weight",
        "classifier.bias",
    }
