"""Keras' weights under our names: names, shapes and outputs as Keras 3.15.1 has them (scripts/foreign_goldens.py)."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from tests.ulsam.foreign.answers import logits_of
from tests.ulsam.foreign.filled import values
from ulsam import ArchConfig
from ulsam.backbones import Backbone
from ulsam.trained_weights import TrainedWeights

GOLDEN: dict[str, Any] = json.loads(Path(__file__).with_name("keras.json").read_text())
NETWORKS: list[tuple[Backbone, float]] = [("mobilenet_v1", 0.25), ("mobilenet_v2", 0.35)]


def weights_of(backbone: Backbone, width: float) -> dict[str, Tensor]:
    shapes = GOLDEN[f"{backbone} {width}"]["shapes"]
    return {path: torch.from_numpy(values(path, tuple(shape))) for path, shape in shapes.items()}


@pytest.mark.parametrize(("backbone", "width"), NETWORKS)
def test_a_network_answers_as_it_does_in_keras(backbone: Backbone, width: float) -> None:
    trained = TrainedWeights.of(weights_of(backbone, width))
    assert (trained.library, trained.backbone, trained.width, trained.classes) == ("keras", backbone, width, 5)
    assert (trained.convention, trained.unknown) == ("keras", ())
    golden = torch.tensor(GOLDEN[f"{backbone} {width}"]["logits"])
    torch.testing.assert_close(logits_of(trained), golden, atol=1e-4, rtol=0)


@pytest.mark.parametrize(("backbone", "width"), NETWORKS)
@pytest.mark.parametrize("form", ["tf1", "whole model", "within another"])
def test_every_form_of_names_is_read(backbone: Backbone, width: float, form: str) -> None:
    plain = weights_of(backbone, width)
    known = TrainedWeights.of(plain).tensors
    named = {}
    for path, tensor in plain.items():
        layer, variable = path.split("/")
        old = variable.replace("kernel", "depthwise_kernel") if "depthwise" in layer or "_dw_" in layer else variable
        named[
            {
                "tf1": f"{layer}/{layer}/{old}:0",
                "whole model": f"model_weights/{layer}/{layer}/{variable}",
                "within another": f"model_weights/mobilenet/{layer}/{variable}",
            }[form]
        ] = tensor
    read = TrainedWeights.of(named).tensors
    assert read.keys() == known.keys()
    assert all(torch.equal(read[name], known[name]) for name in known)


@pytest.mark.parametrize(("backbone", "width"), NETWORKS)
def test_numbered_layers_are_read_in_their_order(backbone: Backbone, width: float) -> None:
    """As ``save_weights`` of Keras 3 names them; the golden paths are in the order of layers."""
    plain = weights_of(backbone, width)
    known = TrainedWeights.of(plain).tensors
    kinds: dict[str, list[str]] = {}
    numbered = {}
    for path, tensor in plain.items():
        layer, variable = path.split("/")
        if "bn" in layer.lower():
            kind = "batch_normalization"
        elif layer == "predictions":
            kind = "dense"
        else:
            kind = "depthwise_conv2d" if "depthwise" in layer or "_dw_" in layer else "conv2d"
        seen = kinds.setdefault(kind, [])
        seen += [] if layer in seen else [layer]
        number = seen.index(layer)
        order = ("gamma", "beta", "moving_mean", "moving_variance") if kind.startswith("batch") else ("kernel", "bias")
        folder = f"{kind}_{number}" if number else kind
        numbered[f"layers/functional/layers/{folder}/vars/{order.index(variable)}"] = tensor
    read = TrainedWeights.of(numbered)
    assert read.backbone == backbone
    assert read.tensors.keys() == known.keys()
    assert all(torch.equal(read.tensors[name], known[name]) for name in known)


def test_another_convention_answers_otherwise_and_the_notes_keep_it() -> None:
    trained = TrainedWeights.of(weights_of("mobilenet_v2", 0.35))
    again = TrainedWeights.of(trained.tensors, trained.notes)
    assert (again.convention, again.library) == ("keras", "torchvision")
    torch.testing.assert_close(logits_of(again), logits_of(trained))
    plain = TrainedWeights.of(trained.tensors)
    assert plain.convention == "torch"
    assert (logits_of(plain) - logits_of(trained)).abs().max() > 1e-2


def test_another_epsilon_is_made_up_for() -> None:
    trained = TrainedWeights.of(weights_of("mobilenet_v2", 0.35))
    own, other = trained.tensors, trained.tensors_for(ArchConfig(backbone="mobilenet_v2", width=1.0))
    assert trained.tensors_for(ArchConfig(backbone="mobilenet_v2", width=1.0, convention="keras")) is own
    for name, tensor in own.items():
        more = 1e-3 - 1e-5 if name.endswith("running_var") else 0.0
        torch.testing.assert_close(other[name], tensor + more)
