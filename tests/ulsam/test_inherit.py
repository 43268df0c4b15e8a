"""A start from trained weights: torchvision's own, and a neighbour's."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from torch import nn

from tests.architectures import architectures
from ulsam import ULSAM, ArchConfig, Placement, build_model, inherit


def trained(arch: ArchConfig) -> nn.Module:
    """A network whose weights and statistics are nobody's fresh ones."""
    model = build_model(arch)
    for tensor in model.state_dict().values():
        if tensor.is_floating_point():
            tensor.add_(torch.rand(tensor.shape))
    return model.eval()


def placed(*placements: Placement, classes: int = 10) -> ArchConfig:
    return ArchConfig(backbone="mobilenet_v2", num_classes=classes, placements=placements)


def test_torchvisions_weights_make_the_plain_network_torchvisions() -> None:
    from torchvision.models import mobilenet_v2

    theirs = mobilenet_v2(num_classes=10).eval()
    ours = build_model(placed()).eval()
    report = inherit(ours, theirs.state_dict())
    assert (report.inherited, report.fresh, report.unused) == (report.params, (), ())
    images = torch.randn(2, 3, 64, 64)
    torch.testing.assert_close(ours(images), theirs(images), rtol=1e-4, atol=1e-5)


def test_an_insertion_into_torchvisions_network_begins_near_it() -> None:
    from torchvision.models import mobilenet_v2

    theirs = mobilenet_v2(num_classes=10).eval()
    ours = build_model(placed(Placement(block=13, mode="insert", groups=4))).eval()
    report = inherit(ours, theirs.state_dict())
    assert [(part.name, part.inherited) for part in report.fresh] == [("attention after block 13", 0)]
    assert report.unused == ()
    images = torch.randn(2, 3, 224, 224)
    difference = (ours(images) - theirs(images)).norm() / theirs(images).norm()
    assert 0 < difference < 0.02


def test_a_substitution_leaves_all_other_blocks_trained() -> None:
    neighbour = trained(placed())
    ours = build_model(placed(Placement(block=12, mode="substitute", groups=4))).eval()
    report = inherit(ours, neighbour.state_dict())
    assert [(part.name, part.params, part.inherited) for part in report.fresh] == [("block 12", 5 * 96 + 12, 0)]
    assert {name.split(".")[1] for name in report.unused} == {"12"}
    for index in range(19):
        if index != 12:
            theirs = neighbour.get_submodule(f"features.{index}").state_dict()
            for name, tensor in ours.get_submodule(f"features.{index}").state_dict().items():
                assert torch.equal(tensor, theirs[name])


def test_other_classes_leave_only_the_classifier_fresh() -> None:
    report = inherit(build_model(placed(classes=7)), trained(placed(classes=10)).state_dict())
    assert [part.name for part in report.fresh] == ["classifier"]
    assert str(report) == "2,223,872 of 2,232,839 parameters (99.5%); fresh: classifier"


def test_a_network_that_inherits_nothing_is_wholly_fresh() -> None:
    report = inherit(build_model(placed(classes=7)), {})
    assert len(report.fresh) == len(report.parts)
    assert str(report).endswith("(0.0%); fresh: all of it")


def test_other_groups_inherit_what_does_not_depend_on_them() -> None:
    arch = placed(Placement(block=12, mode="insert", groups=4))
    other = placed(Placement(block=12, mode="insert", groups=8))
    report = inherit(build_model(other), trained(arch).state_dict())
    assert [(part.name, part.inherited) for part in report.fresh] == [("attention after block 12", 4 * 96)]
    assert "attention after block 12 in part" in str(report)


@settings(max_examples=15)
@given(architectures(), architectures())
def test_exactly_what_has_a_namesake_of_its_shape_is_taken_over(arch: ArchConfig, neighbour: ArchConfig) -> None:
    state = trained(neighbour).state_dict()
    model = build_model(arch)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    report = inherit(model, state)
    for name, tensor in model.state_dict().items():
        fits = name in state and state[name].shape == tensor.shape
        assert torch.equal(tensor, state[name] if fits else before[name])
        assert (name in state and name not in report.unused) == fits
    parameters = dict(model.named_parameters())
    assert report.params == sum(parameter.numel() for parameter in parameters.values())
    taken = [name for name in parameters if name in state and name not in report.unused]
    assert report.inherited == sum(parameters[name].numel() for name in taken)
    fresh = {name for name in model.state_dict() if name not in state or name in report.unused}
    assert report.fresh_tensors == (fresh if taken else None)


def test_the_meta_device_gives_the_same_report_without_weights() -> None:
    state = trained(placed()).state_dict()
    arch = placed(Placement(block=12, mode="substitute", groups=4))
    with torch.device("meta"):
        light = build_model(arch)
    assert inherit(light, state) == inherit(build_model(arch), state)


def test_a_network_inherits_all_of_itself() -> None:
    arch = placed(Placement(block=3, mode="insert", groups=8))
    model = trained(arch)
    copy = build_model(replace(arch)).eval()
    assert inherit(copy, model.state_dict()).fresh == ()
    images = torch.randn(1, 3, 64, 64)
    assert torch.equal(copy(images), model(images))


@pytest.mark.parametrize("groups", [1, 4, 16])
@pytest.mark.parametrize("size", [7, 14, 28])
def test_a_fresh_ulsam_is_near_the_identity(groups: int, size: int) -> None:
    x = torch.randn(4, 64, size, size)
    y = ULSAM(64, groups).eval()(x)
    assert (y - x).norm() / x.norm() < 2 / size**2


def test_any_network_may_inherit() -> None:
    linear = torch.nn.Linear(2, 2)
    report = inherit(linear, torch.nn.Linear(2, 2).state_dict())
    assert [(part.name, part.inherited) for part in report.parts] == [("weight", 4), ("bias", 2)]
    assert str(inherit(torch.nn.Flatten(), {})) == "0 of 0 parameters (0.0%); fresh: nothing"
