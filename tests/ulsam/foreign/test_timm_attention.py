"""Attention modules answer as timm's do with the same weights; ``scripts/foreign_goldens.py`` made the answers."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from tests.ulsam.foreign.filled import CHANNELS, feature_map, values
from ulsam.attention import ECA, CoordinateAttention, GlobalContext

TIMM = json.loads(Path(__file__).with_name("timm_attention.json").read_text())
OURS: dict[str, Callable[[int], nn.Module]] = {
    "eca": ECA,
    "coordinate": CoordinateAttention,
    "global_context": GlobalContext,
}


@pytest.mark.parametrize("mechanism", OURS)
def test_it_answers_as_timms_with_the_same_weights(mechanism: str) -> None:
    shapes, module = TIMM[mechanism]["shapes"], OURS[mechanism](CHANNELS).eval()
    state = module.state_dict()
    filled = {name: torch.from_numpy(values(name, tuple(shape))) for name, shape in shapes.items() if shape}
    ours = {_ours(name): tensor for name, tensor in filled.items()}
    assert ours.keys() == {name for name, tensor in state.items() if tensor.dim()}
    module.load_state_dict(state | {name: tensor.reshape(state[name].shape) for name, tensor in ours.items()})
    expected = torch.tensor(TIMM[mechanism]["outputs"]).reshape(1, CHANNELS, 3, 5)
    with torch.no_grad():
        outputs: Tensor = module(torch.from_numpy(feature_map()))
    torch.testing.assert_close(outputs, expected, rtol=1e-4, atol=1e-4)


def _ours(name: str) -> str:
    return name.removeprefix("mlp_add.")
