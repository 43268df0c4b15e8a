"""Recalibrated norms: the plain mean over batches, and nothing else touched."""

import torch
from torch import nn

from pipelines.training.norms import recalibrate

CPU = torch.device("cpu")


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4), nn.Dropout(0.9), nn.BatchNorm2d(4))


def test_statistics_are_the_mean_over_the_batches() -> None:
    model = network()
    batches = [torch.randn(8, 3, 5, 5), torch.randn(8, 3, 5, 5) * 3 + 1]
    recalibrate(model, batches, CPU)
    with torch.no_grad():
        maps = [model[0](batch) for batch in batches]
    torch.testing.assert_close(model[1].running_mean, torch.stack([m.mean((0, 2, 3)) for m in maps]).mean(0))
    torch.testing.assert_close(model[1].running_var, torch.stack([m.var((0, 2, 3)) for m in maps]).mean(0))
    assert (model[3].running_var > 0.5).all(), "dropout was off: its zeros are in no statistic"


def test_weights_momenta_and_gradients_stay() -> None:
    model = network()
    before = [parameter.clone() for parameter in model.parameters()]
    recalibrate(model, [torch.randn(4, 3, 2, 2)], CPU)
    assert all(torch.equal(one, other) for one, other in zip(before, model.parameters(), strict=True))
    assert [model[1].momentum, model[3].momentum] == [0.1, 0.1]
    assert all(parameter.grad is None for parameter in model.parameters())
    assert not any(module.training for module in model.modules())
