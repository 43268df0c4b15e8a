"""Exact costs: published totals, printed differences, and what the built model really has and does."""

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

from tests.architectures import architectures
from ulsam import ArchConfig, Operations, Placement, build_model, count_cost, layer_plan
from ulsam.arch import MECHANISMS, MODES, Mechanism, Mode
from ulsam.errors import InvalidError
from ulsam.mobilenet import MobileNet
from ulsam.plan import SinglePositionError


def v2(*blocks: int, groups: int = 4) -> ArchConfig:
    """MobileNet-V2 with ULSAM in place of ``blocks``."""
    placements = tuple(Placement(block=block, mode="substitute", groups=groups) for block in blocks)
    return ArchConfig(backbone="mobilenet_v2", placements=placements)


@pytest.mark.parametrize(
    ("backbone", "params", "flops"),
    [("mobilenet_v2", 3_504_872, 300_774_272), ("mobilenet_v1", 4_231_976, 568_740_352)],
)
def test_plain_networks_cost_what_is_published(backbone: str, params: int, flops: int) -> None:
    cost = count_cost(ArchConfig(backbone=backbone))
    assert (cost.params, cost.flops) == (params, flops)


@pytest.mark.parametrize(("width", "params"), [(0.35, 1.68), (0.5, 1.97), (0.75, 2.64), (1.0, 3.50), (1.4, 6.11)])
def test_narrow_and_wide_networks_have_timms_published_params(width: float, params: float) -> None:
    cost = count_cost(ArchConfig(backbone="mobilenet_v2", width=width))
    assert round(cost.params / 1e6, 2) == params


@pytest.mark.parametrize(
    ("blocks", "printed"),
    [
        ((12,), 277.34),
        ((15,), 284.54),
        ((15, 16), 269.08),
        ((12, 15), 261.88),
        ((12, 13, 15, 16), 223.77),
        ((8, 12), 267.06),
    ],
)
def test_substitutions_save_the_flops_that_the_publication_prints(blocks: tuple[int, ...], printed: float) -> None:
    """Printed are 300 M minus the exact saving, with the digits behind the second cut off."""
    saved = count_cost(v2()).flops - count_cost(v2(*blocks)).flops
    assert 300 - saved / 1e6 == pytest.approx(printed, abs=0.015)


def test_an_insertion_costs_2m_a_position_and_5m_plus_3g_parameters() -> None:
    plain = ArchConfig(backbone="mobilenet_v1")
    with_it = ArchConfig(backbone="mobilenet_v1", placements=(Placement(block=7, mode="insert", groups=16),))
    difference = count_cost(with_it).flops - count_cost(plain).flops
    assert difference == 2 * 512 * 14**2
    assert count_cost(with_it).params - count_cost(plain).params == 5 * 512 + 3 * 16


@settings(max_examples=30)
@given(architectures())
def test_params_are_those_of_the_built_model(arch: ArchConfig) -> None:
    assert count_cost(arch).params == sum(p.numel() for p in build_model(arch).parameters())


@settings(max_examples=15)
@given(architectures())
def test_flops_are_half_of_what_torch_counts(arch: ArchConfig) -> None:
    """torch counts a multiply-add as two, and products of two feature maps as well."""
    model = build_model(arch, 64).eval()
    with torch.no_grad(), sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        model(torch.zeros(1, 3, 64, 64))
    cost = count_cost(arch, 64)
    assert 2 * (cost.flops + cost.rest.products) == counter.get_total_flops()


class ElementCounter(TorchDispatchMode):
    """Counts what is really done beside convolutions and linear layers, operator by operator."""

    def __init__(self) -> None:
        super().__init__()
        self.counted = Operations()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        name, first = func.name().removeprefix("aten::").partition(".")[0], args[0]
        result = out[0] if isinstance(out, tuple) else out
        if name in ("relu", "relu_", "hardtanh", "hardtanh_", "hardswish", "sigmoid"):
            self.counted += Operations(activations=result.numel())
        elif "batch_norm" in name or name == "native_layer_norm":
            self.counted += Operations(norms=result.numel())
        elif name == "max_pool2d_with_indices":
            self.counted += Operations(pooling=9 * result.numel())
        elif name in ("mean", "sum", "amax"):
            self.counted += Operations(pooling=first.numel())
        elif name in ("_softmax", "_safe_softmax"):
            self.counted += Operations(softmax=result.numel())
        elif name == "bmm":
            self.counted += Operations(products=result.numel() * first.shape[2])
        elif name == "addcmul":
            self.counted += Operations(multiplies=result.numel(), additions=result.numel())
        elif name == "pow" or (name in ("mul", "div") and isinstance(args[1], Tensor) and args[1].ndim):
            self.counted += Operations(multiplies=result.numel())
        elif name in ("add", "sub"):
            self.counted += Operations(additions=result.numel())
        return out


@settings(max_examples=25)
@given(architectures())
def test_all_else_is_what_the_built_model_does(arch: ArchConfig) -> None:
    model = build_model(arch, 64).eval()
    with torch.no_grad(), sdpa_kernel(SDPBackend.MATH), ElementCounter() as counter:
        model(torch.zeros(1, 3, 64, 64))
    assert count_cost(arch, 64).rest == counter.counted


def test_all_else_of_ulsam_by_hand() -> None:
    """m = 96 channels in g = 4 subspaces over 14x14 positions."""
    row = next(row for row in count_cost(v2(12, groups=4), 224).layers if row.block == 12)
    elements, maps = 96 * 196, 4 * 196
    assert row.rest == Operations(
        norms=elements + maps,
        activations=elements + maps,
        pooling=9 * elements,
        softmax=maps,
        multiplies=elements,
        additions=maps,
    )


@given(architectures())
def test_rows_add_up(arch: ArchConfig) -> None:
    cost = count_cost(arch, 96)
    assert sum(row.params for row in cost.layers) == cost.params
    assert sum(row.flops for row in cost.layers) == cost.flops
    assert sum((row.rest for row in cost.layers), Operations()) == cost.rest


def test_rows_name_their_block_and_size() -> None:
    rows = count_cost(v2(12), 224).layers
    assert (rows[0].block, rows[0].role, rows[0].size) == (0, "stem", 112)
    attention = [row for row in rows if row.block == 12]
    assert [(row.role, row.out_channels, row.size, row.flops) for row in attention] == [
        ("substitute", 96, 14, 2 * 96 * 196)
    ]
    assert (rows[-1].role, rows[-1].out_channels, rows[-1].params) == ("classifier", 1000, 1_281_000)


def test_refuses_attention_over_a_single_position() -> None:
    arch = ArchConfig(backbone="mobilenet_v2", placements=(Placement(block=17, mode="insert", groups=1),))
    for use in (count_cost, build_model):
        with pytest.raises(SinglePositionError) as refused:
            use(arch, 32)
        assert refused.value.block == 17
    assert count_cost(ArchConfig(backbone="mobilenet_v2", placements=arch.placements, stem_stride=1), 32).params


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_a_mechanism_is_refused_on_a_single_position_exactly_where_it_can_not_learn(
    mechanism: Mechanism, mode: Mode
) -> None:
    """ULSAM's softmax over one position is 1 whatever its weights are, and SimAM has none; all others learn there."""
    placement = Placement(block=16, mode=mode, attention=mechanism)
    arch = ArchConfig(backbone="mobilenet_v2", width=0.35, num_classes=10, placements=(placement,))
    module = attention_of(build_model(arch, 224).train(), placement)
    for parameter in module.parameters():
        torch.nn.init.uniform_(parameter)
    module(torch.rand(4, 56, 1, 1, requires_grad=True)).square().sum().backward()
    learns = any(parameter.grad is not None and parameter.grad.any() for parameter in module.parameters())
    for use in (layer_plan, count_cost, build_model):
        if learns:
            use(arch, 32)
        else:
            with pytest.raises(SinglePositionError) as refused:
                use(arch, 32)
            assert (refused.value.block, refused.value.mechanism) == (16, mechanism)
    assert learns == (mechanism not in ("ulsam", "simam"))


def test_what_is_documented_of_single_positions_is_of_ulsam_alone() -> None:
    raises = str(layer_plan.__doc__).partition("Raises:")[2]
    assert "SinglePositionError: a ULSAM" in raises
    assert "a placement falls" not in raises
    assert "every placement has a map" not in str(build_model.__doc__)


def attention_of(model: MobileNet, placement: Placement) -> torch.nn.Module:
    """The attention module of a network at ``placement``."""
    if placement.mode == "insert":
        return model.inserted[str(placement.block)]
    return model.features[placement.block]


@pytest.mark.parametrize("size", [0, -1, 2.5, True])
def test_refuses_impossible_input_sizes(size: int) -> None:
    with pytest.raises(InvalidError) as refused:
        count_cost(v2(), size)
    assert (refused.value.where, refused.value.got) == ("input_size", repr(size))
