"""Care with numbers, and with those who compile and export: every mechanism, and a whole network."""

import io
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from ulsam import ULSAM, ArchConfig, Placement, build_model
from ulsam.arch import MECHANISMS, Mechanism, Mode
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

MODULES: dict[Mechanism, Callable[[int], nn.Module]] = {
    "ulsam": lambda channels: ULSAM(channels, groups=4),
    "non_local": NonLocal,
    "double_attention": DoubleAttention,
    "squeeze_excite": SqueezeExcite,
    "bam": BAM,
    "cbam": CBAM,
    "eca": ECA,
    "simam": lambda _: SimAM(),
    "coordinate": CoordinateAttention,
    "global_context": GlobalContext,
}
PLACED: list[tuple[Mode, Mechanism]] = [
    ("insert", "ulsam"),
    ("insert", MECHANISMS[-1]),
    *(("substitute", name) for name in MECHANISMS[:-1]),
]
HALVES = [torch.bfloat16, torch.float16]


def network() -> nn.Module:
    """All mechanisms in one network, inserted and substituted; as few layers beside them as can be."""
    placements = tuple(
        Placement(block=block, mode=mode, groups=4 if attention == "ulsam" else 1, attention=attention)
        for block, (mode, attention) in zip((3, 4, 5, 6, 8, 9, 10, 12, 13, 15, 16), PLACED, strict=True)
    )
    torch.manual_seed(0)
    arch = ArchConfig(
        backbone="mobilenet_v2",
        width=0.25,
        num_classes=5,
        placements=placements,  # block 3 stays, with a connection past it
    )
    return stirred(build_model(arch))


def stirred(module: nn.Module) -> nn.Module:
    """In evaluation, with statistics as after some training."""
    generator = torch.Generator().manual_seed(0)
    for name, buffer in module.named_buffers():
        if name.endswith("running_mean"):
            buffer.copy_(torch.randn(buffer.shape, generator=generator) * 0.1)
        if name.endswith("running_var"):
            buffer.copy_(torch.rand(buffer.shape, generator=generator) + 0.5)
    return module.eval()


def test_every_mechanism_is_looked_at() -> None:
    assert set(MODULES) == set(MECHANISMS)


@pytest.mark.parametrize("dtype", HALVES)
@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_autocast_changes_only_digits(mechanism: Mechanism, dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    module, x = stirred(MODULES[mechanism](32)), torch.randn(2, 32, 9, 9)
    with torch.autocast("cpu", dtype=dtype):
        y = module(x)
    torch.testing.assert_close(y.float(), module(x), rtol=0.05, atol=0.05)


@pytest.mark.parametrize("dtype", HALVES)
def test_a_network_trains_under_autocast(dtype: torch.dtype) -> None:
    model = network().train()
    with torch.autocast("cpu", dtype=dtype):
        loss = nn.functional.cross_entropy(model(torch.randn(4, 3, 64, 64)).float(), torch.arange(4))
    loss.backward()
    gradients = [parameter.grad for parameter in model.parameters()]
    assert all(gradient is not None and gradient.isfinite().all() for gradient in gradients)


@pytest.mark.parametrize("dtype", HALVES)
def test_ulsam_keeps_half_precision_but_not_its_losses(dtype: torch.dtype) -> None:
    """A map of 196 positions is about 1/196: 1 + A would be 1 in bfloat16, and the attention lost."""
    torch.manual_seed(0)
    module = stirred(ULSAM(32, 4))
    x = torch.rand(2, 32, 14, 14).to(dtype)
    y = module.to(dtype)(x)
    assert y.dtype == dtype
    expected = x.float() * (1 + module.float().attention(x.float()).repeat_interleave(8, dim=1))
    one_rounding = torch.finfo(dtype).eps / 2
    assert ((y.float() - expected).abs() / expected).max() < 1.1 * one_rounding


@pytest.mark.parametrize("scale", [1e-30, 1e4, 1e30])
@pytest.mark.parametrize("training", [True, False])
def test_ulsam_stays_finite_at_any_scale(scale: float, training: bool) -> None:
    module = ULSAM(16, 4).train(training)
    x = (torch.randn(2, 16, 6, 6) * scale).requires_grad_()
    y = module(x)
    assert y.isfinite().all()
    assert (y.abs() <= 2.001 * x.abs()).all()
    (y / scale).sum().backward()
    assert x.grad is not None
    assert x.grad.isfinite().all()


@pytest.mark.parametrize("training", [True, False])
def test_over_a_single_position_ulsam_doubles(training: bool) -> None:
    x = torch.randn(3, 16, 1, 1)
    torch.testing.assert_close(ULSAM(16, 4).train(training)(x), 2 * x)


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
def test_one_image_and_none(mechanism: Mechanism, memory_format: torch.memory_format) -> None:
    module = stirred(MODULES[mechanism](32))
    x = torch.randn(2, 32, 5, 7).contiguous(memory_format=memory_format)
    torch.testing.assert_close(module(x[:1]), module(x)[:1], rtol=1e-4, atol=1e-5)
    assert module(x[:0]).shape == (0, 32, 5, 7)


@pytest.mark.parametrize("batch", [1, 20])
@pytest.mark.parametrize("threads", [1, 2])
def test_ulsam_does_not_depend_on_threads(batch: int, threads: int) -> None:
    """Small batches in a single thread take another way through PyTorch."""
    module, x = stirred(ULSAM(24, 3)), torch.randn(batch, 24, 6, 6, requires_grad=True)
    results = []
    before = torch.get_num_threads()
    try:
        for number in (threads, 4):
            torch.set_num_threads(number)
            module.zero_grad()
            y = module(x)
            (gradient,) = torch.autograd.grad(y.square().sum(), x)
            results.append((y, gradient))
    finally:
        torch.set_num_threads(before)
    torch.testing.assert_close(results[0], results[1])


@pytest.mark.parametrize("training", [True, False])
def test_compiles_as_one_graph(training: bool) -> None:
    images = torch.randn(2, 3, 64, 64)
    results = []
    for compiled in (False, True):
        model = network().train(training)
        torch.manual_seed(1)  # of dropout
        forward = torch.compile(model, fullgraph=True, backend="aot_eager") if compiled else model
        results.append(forward(images))
    torch.testing.assert_close(results[1], results[0], rtol=1e-3, atol=1e-4)


def test_hooks_see_every_call() -> None:
    """Also of small batches in a single thread, which otherwise take a way of their own."""
    module, seen = ULSAM(16, 4).eval(), []
    module.depthwise.register_forward_hook(lambda *_: seen.append(1))
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        module(torch.randn(1, 16, 4, 4))
    finally:
        torch.set_num_threads(before)
    assert seen == [1]


def test_an_empty_batch_compiles() -> None:
    compiled = torch.compile(ULSAM(16, 4).eval(), fullgraph=True, backend="aot_eager")
    assert compiled(torch.randn(0, 16, 4, 4)).shape == (0, 16, 4, 4)


@pytest.mark.slow
@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
def test_compiled_code_gives_the_same_outputs_and_gradients(memory_format: torch.memory_format) -> None:
    """By the default compiler, Inductor.

    In double precision: the gradient of a bias before a norm is zero, and single precision rounds it to anything up to
    2e-3.
    """
    module = ULSAM(16, 4).double()
    x = torch.randn(2, 16, 8, 8, dtype=torch.float64).contiguous(memory_format=memory_format)

    def run(forward: Callable[[Tensor], Tensor]) -> tuple[Tensor, ...]:
        module.zero_grad()
        y = forward(x)
        y.square().sum().backward()
        return (y, *(parameter.grad for parameter in module.parameters() if parameter.grad is not None))

    expected = run(module)
    torch.testing.assert_close(run(torch.compile(module, fullgraph=True)), expected, rtol=1e-9, atol=1e-9)


@pytest.fixture(scope="module")
def exported() -> tuple[nn.Module, torch.export.ExportedProgram]:
    """The network, and its program for any batch."""
    model, batch = network(), torch.export.Dim("batch", min=1, max=1024)
    return model, torch.export.export(model, (torch.randn(2, 3, 64, 64),), dynamic_shapes=({0: batch},))


def test_exports_with_any_batch(exported: tuple[nn.Module, torch.export.ExportedProgram]) -> None:
    model, program = exported
    for images in (torch.randn(1, 3, 64, 64), torch.randn(20, 3, 64, 64)):
        torch.testing.assert_close(program.module()(images), model(images), rtol=1e-4, atol=1e-5)


def test_onnx_gives_the_same_outputs(exported: tuple[nn.Module, torch.export.ExportedProgram]) -> None:
    import onnxruntime

    model, program = exported
    onnx = torch.onnx.export(program, dynamo=True, verbose=False)
    assert onnx is not None
    file = io.BytesIO()
    onnx.save(file)
    session = onnxruntime.InferenceSession(file.getvalue(), providers=["CPUExecutionProvider"])
    images = torch.randn(5, 3, 64, 64)
    (logits,) = session.run(None, {session.get_inputs()[0].name: images.numpy()})
    np.testing.assert_allclose(logits, model(images).detach().numpy(), rtol=1e-3, atol=1e-4)
