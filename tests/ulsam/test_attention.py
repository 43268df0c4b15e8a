"""The mechanisms that ULSAM is compared with: each against its paper's equations, written out another way."""

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from ulsam import ULSAM
from ulsam.attention import (
    BAM,
    CBAM,
    ECA,
    CoordinateAttention,
    DoubleAttention,
    GlobalContext,
    NonLocal,
    SimAM,
    SqueezeExcite,
)

MECHANISMS: list[Callable[[int], nn.Module]] = [
    SqueezeExcite,
    CBAM,
    BAM,
    NonLocal,
    DoubleAttention,
    ECA,
    lambda _: SimAM(),
    CoordinateAttention,
    GlobalContext,
    lambda channels: ULSAM(channels, groups=4),
]


def stirred(module: nn.Module) -> nn.Module:
    """The module in evaluation, with no weight, bias or statistic at the value it begins with."""
    generator = torch.Generator().manual_seed(0)
    for tensor in module.state_dict().values():
        if tensor.is_floating_point():
            tensor.copy_(torch.rand(tensor.shape, generator=generator) * 0.5 + 0.25)
    return module.eval()


def feature_map(channels: int = 32, height: int = 5, width: int = 7) -> Tensor:
    return torch.randn(2, channels, height, width, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("mechanism", MECHANISMS)
@settings(max_examples=15)
@given(batch=st.integers(2, 3), channels=st.sampled_from([16, 32]), height=st.integers(1, 9), width=st.integers(1, 9))
def test_shapes_are_kept_and_every_weight_is_trained(
    mechanism: Callable[[int], nn.Module], batch: int, channels: int, height: int, width: int
) -> None:
    module = mechanism(channels)
    x = torch.randn(batch, channels, height, width, requires_grad=True)
    y = module(x)
    assert y.shape == x.shape
    y.square().sum().backward()
    assert x.grad is not None
    assert all(parameter.grad is not None for parameter in module.parameters())


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_an_image_does_not_depend_on_its_batch(mechanism: Callable[[int], nn.Module]) -> None:
    module, x = stirred(mechanism(32)), feature_map()
    torch.testing.assert_close(module(x)[:1], module(x[:1]), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("module", "params"),
    [
        # m = 512, r = 16, t = m/8: the weights of the publication's table, then biases and norms
        (SqueezeExcite(512), 2 * 512**2 // 16),
        (CBAM(512), 2 * 512**2 // 16 + 98 + 2),
        (BAM(512), (3 * 512**2 // 16 + 18 * 32**2 + 32) + (32 + 512 + 3 * 32 + 1) + 2 * (512 + 3 * 32 + 1)),
        (NonLocal(512), 2 * 512**2 + (3 * 256 + 512) + 2 * 512),
        (DoubleAttention(512), 4 * 512 * 64 + (3 * 64 + 512)),
        (ECA(512), 5),
        (SimAM(), 0),
        (CoordinateAttention(512), 3 * 512 * 16 + 2 * 16),
        (GlobalContext(512), 512 + 1 + 2 * 512 * 32 + (32 + 512) + 2 * 32),
        (ULSAM(512, 4), 2 * 512 + (512 + 4) + 2 * (512 + 4)),
    ],
)
def test_has_the_parameters_of_its_formula(module: nn.Module, params: int) -> None:
    assert sum(parameter.numel() for parameter in module.parameters()) == params


def test_squeeze_excite_equals_torchvisions() -> None:
    from torchvision.ops import SqueezeExcitation

    ours, theirs = SqueezeExcite(32, reduction=4), SqueezeExcitation(32, 8)
    down, up = ours.excitation[1], ours.excitation[3]
    theirs.load_state_dict(
        {
            "fc1.weight": down.weight,
            "fc1.bias": torch.zeros(8),
            "fc2.weight": up.weight,
            "fc2.bias": torch.zeros(32),
        }
    )
    torch.testing.assert_close(ours(feature_map()), theirs(feature_map()))


def test_cbam_weighs_channels_then_positions() -> None:
    module, x = stirred(CBAM(32, reduction=4)), feature_map() / 10
    down, up = (module.mlp[at].weight.flatten(1) for at in (0, 2))
    pooled = [F.linear(F.linear(each, down).relu(), up) for each in (x.flatten(2).mean(2), x.flatten(2).max(2)[0])]
    weighed = torch.einsum("bchw,bc->bchw", x, (pooled[0] + pooled[1]).sigmoid())
    summary = torch.stack((weighed.sum(1) / 32, weighed.max(1)[0]), dim=1)
    spatial = F.conv2d(summary, module.spatial.weight, padding=3)
    torch.testing.assert_close(module(x), weighed * module.spatial_norm(spatial).sigmoid())


def test_bam_adds_its_two_branches_before_the_sigmoid() -> None:
    module, x = stirred(BAM(32, reduction=4)), feature_map() / 10
    channel = module.channel_norm(module.channel(x))
    spatial = module.spatial_norm(module.spatial(x))
    assert channel.shape == (2, 32, 1, 1)
    assert spatial.shape == (2, 1, 5, 7)
    expected = torch.empty_like(x)
    for c in range(32):
        for row in range(5):
            gate = (channel[:, c, 0, 0] + spatial[:, 0, row].T).sigmoid().T
            expected[:, c, row] = x[:, c, row] * (1 + gate)
    torch.testing.assert_close(module(x), expected)


def test_bam_sees_far_beyond_a_3x3_window() -> None:
    """Two dilated 3x3 convolutions reach 8 positions each way."""
    module = stirred(BAM(16))
    x = torch.zeros(1, 16, 21, 21, requires_grad=True)
    module.spatial(x)[0, 0, 10, 10].backward()
    assert x.grad is not None
    rows = x.grad.abs().sum(dim=(0, 1, 3)).nonzero().flatten().tolist()
    assert rows == [2, 6, 10, 14, 18]


def test_a_new_non_local_block_is_the_identity() -> None:
    x = feature_map()
    assert torch.equal(NonLocal(32)(x), x)


def test_non_local_is_a_softmax_over_all_pairs_of_positions() -> None:
    module, x = stirred(NonLocal(32)), feature_map() / 10
    theta, phi, g = (embed(x).flatten(2) for embed in (module.theta, module.phi, module.g))
    weights = torch.einsum("bci,bcj->bij", theta, phi).exp()
    weights = weights / weights.sum(dim=2, keepdim=True)
    y = torch.einsum("bij,bcj->bci", weights, g).view(2, 16, 5, 7)
    torch.testing.assert_close(module(x), x + module.out_norm(module.out(y)), rtol=1e-4, atol=1e-4)


def test_double_attention_gathers_and_hands_out() -> None:
    module, x = stirred(DoubleAttention(32, reduction=4)), feature_map() / 10
    a, b, v = (conv(x).flatten(2) for conv in (module.features, module.gathering, module.distribution))
    descriptors = [sum(a[:, :, i] * b.softmax(2)[:, n, i, None] for i in range(35)) for n in range(8)]
    z = sum(descriptors[n][:, :, None] * v.softmax(1)[:, n, None, :] for n in range(8))  # type: ignore[union-attr, index]
    assert isinstance(z, Tensor)
    torch.testing.assert_close(module(x), x + module.out(z.view(2, 8, 5, 7)))


@pytest.mark.parametrize(
    ("channels", "kernel"), [(1, 3), (16, 3), (24, 3), (64, 3), (128, 5), (256, 5), (512, 5), (2048, 7)]
)
def test_ecas_kernel_grows_with_the_logarithm_of_the_channels(channels: int, kernel: int) -> None:
    assert ECA(channels).conv.kernel_size == (kernel,)


def test_simam_equals_the_equations_of_the_paper() -> None:
    x = feature_map()
    centred = x - x.mean(dim=(2, 3), keepdim=True)
    variance = x.var(dim=(2, 3), keepdim=True)  # with the divisor M - 1
    energy = 4 * (variance + 1e-4) / (centred**2 + 2 * variance + 2e-4)  # equation 5
    torch.testing.assert_close(SimAM()(x), torch.sigmoid(1 / energy) * x)


def test_simam_of_one_position_is_finite() -> None:
    x = feature_map(height=1, width=1)
    torch.testing.assert_close(SimAM()(x), x * torch.tensor(0.5).sigmoid())


def test_global_context_begins_as_the_identity() -> None:
    x = feature_map()
    torch.testing.assert_close(GlobalContext(32)(x), x, rtol=0, atol=0)
