"""Weights of a narrower network, cut from those of a wider one."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from ulsam import ArchConfig, MobileNet, Placement, build_model
from ulsam.backbones import BACKBONES, Backbone
from ulsam.cutting import UncuttableError, cut
from ulsam.errors import InvalidError


def wide(backbone: Backbone, width: float = 0.5, removed: tuple[int, ...] = ()) -> tuple[ArchConfig, MobileNet]:
    """A plain network, and the same without some blocks, whose norms have statistics and scales of their own."""
    torch.manual_seed(0)
    arch = ArchConfig(backbone=backbone, width=width, num_classes=7)
    model = build_model(replace(arch, removed=removed), 64).eval()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            for values in (module.weight, module.bias, module.running_mean):
                assert values is not None
                nn.init.normal_(values)
            nn.init.uniform_(module.running_var, 0.5, 2)  # type: ignore[arg-type]
    return arch, model


def narrow_model(
    arch: ArchConfig, width: float, tensors: dict[str, Tensor], removed: tuple[int, ...] = ()
) -> MobileNet:
    model = build_model(replace(arch, width=width, removed=removed), 64).eval()
    model.load_state_dict(tensors)
    return model


@pytest.mark.parametrize(
    ("backbone", "width", "removed"),
    # Not x0.25 of V2, which no search cuts from x0.5: see is_too_narrow.
    [
        ("mobilenet_v1", 0.35, ()),
        ("mobilenet_v1", 0.1, (8, 13)),
        ("mobilenet_v2", 0.35, ()),
        ("mobilenet_v2", 0.35, (12,)),
    ],
)
def test_where_all_that_is_dropped_is_dead_the_outputs_stay(
    backbone: Backbone, width: float, removed: tuple[int, ...]
) -> None:
    """A channel whose norms have a scale and a shift of 0 is 0 everywhere, and adds nothing to what reads it."""
    arch, model = wide(backbone, removed=removed)
    kept = cut(model.state_dict(), arch, width)
    norms = {name: module for name, module in model.named_modules() if isinstance(module, nn.BatchNorm2d)}
    own = model.state_dict()
    with torch.no_grad():
        for name, norm in norms.items():
            still = torch.isin(own[f"{name}.running_mean"], kept[f"{name}.running_mean"])
            assert int(still.sum()) == len(kept[f"{name}.weight"])
            norm.weight.mul_(still)
            norm.bias.mul_(still)
        pixels = torch.randn(4, 3, 64, 64)
        for norm in norms.values():
            norm.momentum = 1.0
        model.train()(pixels)  # counts statistics anew: the pixels would matter nothing behind many layers else
        expected = model.eval()(pixels)
        narrow = narrow_model(arch, width, cut(model.state_dict(), arch, width), removed)
        torch.testing.assert_close(narrow(pixels), expected, rtol=1e-3, atol=1e-3)
    assert expected.std(dim=0).mean() > 0.01


@pytest.mark.parametrize("backbone", BACKBONES)
@pytest.mark.parametrize("width", [0.05, 0.1, 0.33])
def test_what_is_cut_fits_the_narrow_network(backbone: Backbone, width: float) -> None:
    arch, model = wide(backbone)
    narrow_model(arch, width, cut(model.state_dict(), arch, width))


def test_weights_without_a_classifier_are_cut_alike() -> None:
    arch, model = wide("mobilenet_v2")
    whole = cut(model.state_dict(), arch, 0.25)
    rest = {name: tensor for name, tensor in model.state_dict().items() if not name.startswith("classifier")}
    found = cut(rest, arch, 0.25)
    assert whole.keys() - found.keys() == {"classifier.1.weight", "classifier.1.bias"}
    assert all(torch.equal(whole[name], tensor) for name, tensor in found.items())


def test_blocks_that_stand_elsewhere_are_left_out() -> None:
    arch, model = wide("mobilenet_v2")
    placements = (Placement(block=12, mode="substitute"),)
    other = build_model(ArchConfig(backbone="mobilenet_v2", width=0.5, num_classes=7, placements=placements), 64)
    shared = {name: tensor for name, tensor in model.state_dict().items() if not name.startswith("features.12.")}
    changed = {name: tensor for name, tensor in other.state_dict().items() if name.startswith("features.12.")}
    found = cut({**shared, **changed}, arch, 0.25)
    assert all(torch.equal(found[name], tensor) for name, tensor in changed.items())
    rest = {name for name in found if not name.startswith("features.12.")}
    assert rest == shared.keys()
    narrow = build_model(ArchConfig(backbone="mobilenet_v2", width=0.25, num_classes=7, removed=(12,)), 64)
    narrow.load_state_dict({name: found[name] for name in rest})


def test_of_one_width_nothing_is_cut() -> None:
    arch, model = wide("mobilenet_v2")
    found = cut(model.state_dict(), arch, 0.5)
    assert all(torch.equal(found[name], tensor) for name, tensor in model.state_dict().items())


def test_a_stream_keeps_the_channels_whose_norms_matter_most_together() -> None:
    """Blocks 2 and 3 write one stream: what counts is the sum of both."""
    arch, model = wide("mobilenet_v2", 1.0)
    state = model.state_dict()
    scores = {
        name: torch.zeros(len(norm.weight)) for name, norm in model.named_modules() if isinstance(norm, nn.BatchNorm2d)
    }
    scores["features.2.conv.3"][[5, 7]] = 1.0
    scores["features.3.conv.3"][[5, 9]] = 0.6
    scores["features.3.conv.3"][11] = 1.5
    found = cut(state, arch, 0.1, scores)
    for name in ("features.2.conv.3", "features.3.conv.3"):
        kept = found[f"{name}.running_mean"]
        expected = [0, 1, 2, 3, 5, 7, 9, 11]  # four with a score, then the first of those that are alike
        assert torch.equal(kept, state[f"{name}.running_mean"][expected])
    read = found["features.3.conv.0.0.weight"]
    own = torch.isin(state["features.3.conv.0.1.running_mean"], found["features.3.conv.0.1.running_mean"])
    assert torch.equal(read, state["features.3.conv.0.0.weight"][own][:, [0, 1, 2, 3, 5, 7, 9, 11]])


@pytest.mark.parametrize(
    ("name", "shape", "got"),
    [
        ("features.3.conv.1.1.running_var", None, "none"),
        ("features.18.1.weight", None, "none"),
        ("features.0.0.weight", (16, 1, 3, 3), "16 x 1 x 3 x 3 numbers"),  # of a network of grey images
        ("features.5.conv.3.bias", (7,), "7 numbers"),
    ],
)
def test_a_tensor_that_is_missing_or_has_another_shape_is_named(
    name: str, shape: tuple[int, ...] | None, got: str
) -> None:
    arch, model = wide("mobilenet_v2")
    others = {other: tensor for other, tensor in model.state_dict().items() if other != name}
    with pytest.raises(UncuttableError) as refused:
        cut(others if shape is None else {**others, name: torch.ones(shape)}, arch, 0.25)
    assert (refused.value.where, refused.value.got) == (name, got)
    assert refused.value.expected == f"{' x '.join(map(str, model.state_dict()[name].shape))} numbers"


def test_what_can_not_be_cut_is_refused() -> None:
    arch, model = wide("mobilenet_v2")
    with pytest.raises(InvalidError) as refused:
        cut(model.state_dict(), arch, 0.75)
    assert (refused.value.where, refused.value.got) == ("width", "0.75")
    for changed in (
        ArchConfig(backbone="mobilenet_v2", removed=(3,)),
        ArchConfig(backbone="mobilenet_v2", placements=(Placement(block=3, mode="insert"),)),
    ):
        with pytest.raises(InvalidError) as refused:
            cut(model.state_dict(), changed, 0.25)
        assert refused.value.where == "wide"
