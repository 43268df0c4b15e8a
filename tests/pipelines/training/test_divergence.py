"""Where numbers stop being numbers."""

import torch
from torch import nn

from pipelines.training.divergence import NotFinite, where_not_finite


def network() -> nn.Sequential:
    return nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.ReLU(), nn.Linear(2, 2)))


def test_names_the_weights_that_are_not_finite() -> None:
    model = network()
    nn.init.constant_(model[1][1].weight, float("inf"))
    assert where_not_finite(model, torch.ones(1, 2)) == NotFinite("weights", "1.1.weight")


def test_names_the_first_layer_whose_output_is_not() -> None:
    model = network()
    nn.init.constant_(model[0].weight, 3e38)
    assert where_not_finite(model, torch.ones(1, 2)) == NotFinite("output", "0", "Linear")


def test_leaves_no_hook_behind() -> None:
    model = network()
    assert where_not_finite(model, torch.ones(1, 2)) == NotFinite()
    assert not any(module._forward_hooks for module in model.modules())
