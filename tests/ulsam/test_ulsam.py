"""ULSAM against its authors' own outputs, closed forms and a loop over its groups."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from tests.helpers import shared
from ulsam import ULSAM
from ulsam.attention.ulsam import GroupsError

GOLDEN_CASES = ["m16_hw7_g1", "m16_hw7_g4", "m24_hw9_g2", "m32_hw14_g8", "m64_hw5_g16"]
OURS = {"conv_dws": "depthwise", "bn_dws": "depthwise_norm", "conv_point": "pointwise", "bn_point": "pointwise_norm"}


class Golden:
    """One case of the authors' own module: its input, weights, outputs and gradients."""

    def __init__(self, case: str) -> None:
        self._file = np.load(shared("golden/ulsam_reference.npz"))
        self._case = case
        self.groups = int(case.rpartition("g")[2])

    def tensor(self, key: str) -> Tensor:
        return torch.from_numpy(self._file[f"{self._case}/{key}"])

    def ours(self, kind: str) -> dict[str, Tensor]:
        """``state`` or ``grad`` of all subspaces, joined as our module keeps them."""
        joined = {}
        for theirs, ours in OURS.items():
            for leaf in ("weight", "bias", "running_mean", "running_var"):
                keys = [f"{kind}/subspaces.{group}.{theirs}.{leaf}" for group in range(self.groups)]
                if f"{self._case}/{keys[0]}" in self._file:
                    joined[f"{ours}.{leaf}"] = torch.cat([self.tensor(key) for key in keys])
        return joined

    def module(self) -> ULSAM:
        module = ULSAM(self.tensor("x").shape[1], self.groups)
        module.load_state_dict(module.state_dict() | self.ours("state"))
        return module


@pytest.mark.parametrize("case", GOLDEN_CASES)
def test_equals_the_authors_module_in_evaluation(case: str) -> None:
    golden = Golden(case)
    torch.testing.assert_close(golden.module().eval()(golden.tensor("x")), golden.tensor("y_eval"))


@pytest.mark.parametrize("case", GOLDEN_CASES)
def test_equals_the_authors_module_in_training_with_its_gradients(case: str) -> None:
    golden = Golden(case)
    module, x = golden.module().train(), golden.tensor("x").requires_grad_()
    y = module(x)
    torch.testing.assert_close(y, golden.tensor("y_train"))
    y.backward(golden.tensor("grad_out"))
    torch.testing.assert_close(x.grad, golden.tensor("grad_x"), rtol=1e-4, atol=1e-5)
    parameters = dict(module.named_parameters())
    for name, expected in golden.ours("grad").items():
        # Biases before a norm have a gradient of zero: theirs is rounding noise of sums over the whole map.
        torch.testing.assert_close(parameters[name].grad, expected, rtol=1e-3, atol=5e-4, msg=name)


def looped(module: ULSAM, x: Tensor) -> Tensor:
    """Equations 1 to 4 of the paper, one subspace after the other."""
    size = module.channels // module.groups
    outputs = []
    for group, part in enumerate(x.split(size, dim=1)):
        channels = slice(group * size, (group + 1) * size)
        dw, bn = module.depthwise, module.depthwise_norm
        maps = nn.functional.conv2d(part, dw.weight[channels], dw.bias[channels], groups=size)
        maps = nn.functional.batch_norm(
            maps, bn.running_mean[channels], bn.running_var[channels], bn.weight[channels], bn.bias[channels]
        ).relu()
        maps = nn.functional.max_pool2d(maps, 3, stride=1, padding=1)
        pw, bn, one = module.pointwise, module.pointwise_norm, slice(group, group + 1)
        maps = nn.functional.conv2d(maps, pw.weight[one], pw.bias[one])
        maps = nn.functional.batch_norm(maps, bn.running_mean[one], bn.running_var[one], bn.weight[one], bn.bias[one])
        maps = maps.relu()
        attention = maps.flatten(1).softmax(dim=1).view_as(maps)
        outputs.append(part * attention + part)
    return torch.cat(outputs, dim=1)


@settings(max_examples=25)
@given(
    groups=st.sampled_from([1, 2, 3, 4, 8, 16]),
    size=st.integers(1, 5),
    height=st.integers(1, 9),
    width=st.integers(1, 9),
    seed=st.integers(0, 2**16),
)
def test_equals_a_loop_over_the_groups(groups: int, size: int, height: int, width: int, seed: int) -> None:
    torch.manual_seed(seed)
    module = ULSAM(groups * size, groups).eval()
    for norm in (module.depthwise_norm, module.pointwise_norm):
        nn.init.normal_(norm.weight)
        nn.init.normal_(norm.bias)
        nn.init.normal_(norm.running_mean)
        nn.init.uniform_(norm.running_var, 0.5, 2)
    x = torch.randn(2, groups * size, height, width)
    torch.testing.assert_close(module(x), looped(module, x))


def test_every_attention_map_sums_to_one() -> None:
    maps = ULSAM(12, 4).attention(torch.randn(3, 12, 5, 6))
    assert maps.shape == (3, 4, 5, 6)
    torch.testing.assert_close(maps.sum(dim=(2, 3)), torch.ones(3, 4))


def test_keeps_the_memory_format() -> None:
    x = torch.randn(2, 16, 8, 8).contiguous(memory_format=torch.channels_last)
    module = ULSAM(16, 4)
    assert module(x).is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(module.eval()(x), module.eval()(x.contiguous()))


@pytest.mark.parametrize(("channels", "groups"), [(512, 1), (512, 16), (24, 3)])
def test_has_5m_plus_3g_parameters(channels: int, groups: int) -> None:
    assert sum(p.numel() for p in ULSAM(channels, groups).parameters()) == 5 * channels + 3 * groups


@pytest.mark.parametrize(("channels", "groups"), [(10, 4), (0, 1), (4, 0), (4, 8)])
def test_refuses_groups_that_do_not_divide(channels: int, groups: int) -> None:
    with pytest.raises(GroupsError) as refused:
        ULSAM(channels, groups)
    assert (refused.value.channels, refused.value.groups) == (channels, groups)
