"""A library's details: the same names and costs, other borders."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from ulsam import ArchConfig, build_model, count_cost
from ulsam.arch import ArchError
from ulsam.backbones import DESIGNS, Backbone
from ulsam.conventions import CONVENTIONS, EPSILON, Convention
from ulsam.padded_convolution import PaddedConv2d
from ulsam.pixels import GREY, for_imagenet_pixels

FOLLOWING: list[tuple[Backbone, Convention]] = [
    ("mobilenet_v1", "timm"),
    ("mobilenet_v1", "keras"),
    ("mobilenet_v2", "keras"),
]


@pytest.mark.parametrize(("backbone", "convention"), FOLLOWING)
def test_names_and_costs_stay_and_the_description_says_it(backbone: Backbone, convention: Convention) -> None:
    plain = ArchConfig(backbone=backbone, width=0.25, num_classes=3)
    arch = ArchConfig(backbone=backbone, width=0.25, num_classes=3, convention=convention)
    assert count_cost(arch, 64) == count_cost(plain, 64)
    assert build_model(arch).state_dict().keys() == build_model(plain).state_dict().keys()
    assert arch.arch_id == f"{plain.arch_id}-{convention}"
    assert arch.to_dict() == plain.to_dict() | {"convention": convention}
    assert ArchConfig.from_dict(arch.to_dict()) == arch
    assert "convention" not in plain.to_dict()
    norms = [module for module in build_model(arch).modules() if isinstance(module, nn.BatchNorm2d)]
    assert {norm.eps for norm in norms} == {EPSILON[convention]}
    assert not any(isinstance(module, nn.ReLU) for module in build_model(arch).modules())


@pytest.mark.parametrize("size", [31, 32, 33, 48])
@pytest.mark.parametrize(("backbone", "convention"), FOLLOWING)
def test_maps_are_as_large_as_the_plan_says(backbone: Backbone, convention: Convention, size: int) -> None:
    model = build_model(ArchConfig(backbone=backbone, width=0.1, convention=convention)).eval()
    maps = []
    for block in model.features:
        block.register_forward_hook(lambda module, inputs, output: maps.append(output.shape[-1]))
    model(torch.rand(1, 3, size, size))
    layers = count_cost(ArchConfig(backbone=backbone, width=0.1, convention=convention), size).layers
    sizes = {layer.block: layer.size for layer in layers if layer.role != "classifier"}
    assert maps == [sizes[block] for block in range(len(maps))]


def test_a_convention_that_makes_no_difference_is_refused() -> None:
    for backbone, convention in (("mobilenet_v2", "timm"), ("mobilenet_v1", "jax")):
        with pytest.raises(ArchError, check=lambda error: error.where == "convention"):
            ArchConfig.from_dict({"backbone": backbone, "convention": convention})


def test_every_convention_has_an_epsilon_and_a_backbone() -> None:
    assert tuple(EPSILON) == CONVENTIONS
    assert {name for design in DESIGNS.values() for name in design.conventions} == set(CONVENTIONS)


def test_an_even_map_is_padded_below_and_at_the_right_alone() -> None:
    conv = PaddedConv2d(1, 1, 3, stride=2, groups=1, late=True)
    nn.init.ones_(conv.weight)
    even, odd = conv(torch.ones(1, 1, 4, 4)), conv(torch.ones(1, 1, 5, 5))
    assert even[0, 0].tolist() == [[9, 6], [6, 4]]
    assert odd[0, 0].tolist() == [[4, 6, 4], [6, 9, 6], [4, 6, 4]]


def test_weights_for_other_pixels_answer_the_same_up_to_the_border() -> None:
    torch.manual_seed(0)
    mean, std = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1), torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)
    pixels, kernel, shift = torch.rand(1, 3, 8, 8), torch.randn(4, 3, 3, 3), torch.randn(4)
    own, shifted = for_imagenet_pixels(kernel, shift)
    conv = PaddedConv2d(3, 4, 3, stride=2, groups=1, late=True, border=GREY)
    conv.weight.data = own
    found = conv((pixels - mean) / std) - shifted.view(1, -1, 1, 1)
    expected = F.conv2d(F.pad(2 * pixels - 1, (0, 1, 0, 1)), kernel, stride=2) - shift.view(1, -1, 1, 1)
    torch.testing.assert_close(found, expected)
