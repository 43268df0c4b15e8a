"""The average of weights: its closed form, and a swap that loses nothing."""

from math import exp

import pytest
import torch
from torch import nn

from pipelines.training.averaging import WeightAverage


def with_weight(value: float) -> nn.Module:
    model = nn.Sequential(nn.Linear(1, 1, bias=False), nn.BatchNorm1d(1))
    nn.init.constant_(model[0].weight, value)
    return model


def set_weight(model: nn.Module, value: float) -> None:
    nn.init.constant_(model[0].weight, value)  # type: ignore[index]


def test_a_young_average_is_the_mean_so_far() -> None:
    model = with_weight(100.0)
    average = WeightAverage(model, steps=1000)
    for value in (1.0, 2.0, 6.0):
        set_weight(model, value)
        average.update(model)
    assert float(average.tensors["0.weight"]) == pytest.approx(3.0)


def test_an_old_one_forgets_exponentially() -> None:
    model = with_weight(0.0)
    average = WeightAverage(model, steps=2)
    for _ in range(20):
        average.update(model)
    set_weight(model, 1.0)
    for _ in range(3):
        average.update(model)
    assert float(average.tensors["0.weight"]) == pytest.approx(1 - exp(-3 / 2))


def test_norms_statistics_are_averaged_and_counters_are_not() -> None:
    model = with_weight(0.0)
    average = WeightAverage(model, steps=2)
    assert "1.running_mean" in average.tensors
    assert "1.num_batches_tracked" not in average.tensors


def test_a_swap_twice_changes_nothing() -> None:
    model = with_weight(1.0)
    average = WeightAverage(model, steps=2)
    average.update(model)
    set_weight(model, 5.0)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    average.swap(model)
    assert float(model[0].weight.detach()) == pytest.approx(1.0)  # type: ignore[index]
    average.swap(model)
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    assert float(average.tensors["0.weight"]) == pytest.approx(1.0)
