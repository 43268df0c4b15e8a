"""ULSAM on a GPU, with torch alone: ``pytest -m gpu``."""

import pytest
import torch
from torch import Tensor

from pipelines.measuring.latency import LatencyConditions, measure_latency
from ulsam import ULSAM, ArchConfig, Placement, build_model

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
]
FORMATS = [torch.contiguous_format, torch.channels_last]


def outputs_and_gradients(module: ULSAM, x: Tensor, *, compiled: bool = False) -> list[Tensor]:
    """Of a training step, on the CPU."""
    module.zero_grad()
    x = x.clone(memory_format=torch.preserve_format).requires_grad_()
    y = (torch.compile(module, fullgraph=True) if compiled else module)(x)
    y.square().mean().backward()
    gradients = [x.grad, module.depthwise.weight.grad, module.pointwise.weight.grad]
    # Copies, for the module's own are moved with it.
    return [y.detach().cpu(), *(gradient.cpu().clone() for gradient in gradients if gradient is not None)]


@pytest.mark.parametrize("memory_format", FORMATS)
@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("groups", [1, 4])
def test_gives_what_the_cpu_gives(memory_format: torch.memory_format, compiled: bool, groups: int) -> None:
    torch.manual_seed(0)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    module, x = ULSAM(32, groups), torch.randn(4, 32, 14, 14).contiguous(memory_format=memory_format)
    expected = outputs_and_gradients(module, x)
    found = outputs_and_gradients(module.cuda(), x.cuda(), compiled=compiled)
    torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_autocast_changes_only_digits(dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    arch = ArchConfig(
        backbone="mobilenet_v2", width=0.35, placements=(Placement(block=9, mode="substitute", groups=4),)
    )
    model, images = build_model(arch).cuda(), torch.randn(8, 3, 64, 64, device="cuda")
    with torch.no_grad():
        for _ in range(50):  # a network's statistics as they are after a training, or its outputs are next to 0
            model(images)
        model.eval()
        expected = model(images)
        with torch.autocast("cuda", dtype=dtype):
            found = model(images).float()
    torch.testing.assert_close(found, expected, rtol=0.05, atol=0.05 * float(expected.abs().max()))


def test_latency_waits_for_the_gpu() -> None:
    model = build_model(ArchConfig(backbone="mobilenet_v2"))
    small, large = (
        measure_latency([model], LatencyConditions(device="cuda", batch_size=batch, repeats=20))[0]
        for batch in (1, 256)
    )
    assert large.median > 2 * small.median
