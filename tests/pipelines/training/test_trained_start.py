"""Training from trained weights: how fast fresh parts learn, and norms that keep their statistics."""

from collections import OrderedDict
from dataclasses import replace

import pytest
import torch
from torch import nn

from pipelines.loading.data import PreparedData
from pipelines.training.loop import Training
from pipelines.training.recipe import Recipe
from tests.pipelines.training.colours import CPU, INPUT_SIZE, RECIPE, weights

pytestmark = pytest.mark.usefixtures("one_thread")


def network(seed: int = 0) -> nn.Module:
    """Two norms, the second of them and the classifier to be fresh."""
    torch.manual_seed(seed)
    layers = {
        "stem": nn.Conv2d(3, 8, 3, stride=2, bias=False),
        "norm": nn.BatchNorm2d(8),
        "mix": nn.Conv2d(8, 8, 1, bias=False),
        "fresh_norm": nn.BatchNorm2d(8),
        "pool": nn.AdaptiveAvgPool2d(1),
        "flatten": nn.Flatten(),
        "fresh": nn.Linear(8, 3),
    }
    return nn.Sequential(OrderedDict(layers))


ONE_STEP = replace(
    RECIPE, epochs=1, batch_size=64, momentum=0.0, weight_decay=0.0, warmup_epochs=0.0, recalibration_batches=0
)
FRESH = {name for name, _ in network().named_parameters() if name.startswith("fresh")}
STATISTICS = {name for name in network().state_dict() if name.endswith(("running_mean", "running_var"))}


def trained(data: PreparedData, recipe: Recipe, fresh: set[str] | None) -> dict[str, torch.Tensor]:
    """The weights in the end of a training that begins with those of ``network()``."""
    training = Training(network(), data, recipe, INPUT_SIZE, seed=0, device=CPU, fresh=fresh)
    while not training.finished:
        training.run_epoch()
    return weights(training)


def test_one_step_moves_fresh_parameters_as_many_times_as_far(data: PreparedData) -> None:
    before = network().state_dict()
    alike, faster = (trained(data, replace(ONE_STEP, fresh_rate=rate), FRESH) for rate in (1.0, 4.0))
    for name, _ in network().named_parameters():
        times = 4 if name in FRESH else 1
        assert torch.allclose(faster[name] - before[name], times * (alike[name] - before[name]), atol=1e-6), name


def test_norms_with_trained_weights_keep_their_statistics(data: PreparedData) -> None:
    before = network().state_dict()
    frozen = trained(data, replace(RECIPE, frozen_norms=True), FRESH)
    counted = trained(data, RECIPE, FRESH)
    for name in STATISTICS:
        assert torch.equal(frozen[name], before[name]) is not name.startswith("fresh"), name
        assert not torch.equal(counted[name], before[name]), name


def test_frozen_norms_normalise_by_their_statistics_while_they_train(data: PreparedData) -> None:
    """With a rate of next to nothing, the loss of a step is that of scoring its views."""
    recipe = replace(ONE_STEP, learning_rate=1e-12, label_smoothing=0.0, frozen_norms=True)
    training = Training(network(), data, recipe, INPUT_SIZE, seed=0, device=CPU, fresh=set())
    with data.training_batches(recipe, INPUT_SIZE, seed=0, epoch=0) as batches:
        ((images, labels),) = [(images.clone(), labels.clone()) for images, labels in batches]
    expected = torch.nn.functional.cross_entropy(network().eval()(images), labels)
    assert training.run_epoch().train_loss == pytest.approx(float(expected.detach()), rel=1e-4)


def test_both_change_nothing_without_trained_weights(data: PreparedData) -> None:
    usual = trained(data, RECIPE, None)
    asked = trained(data, replace(RECIPE, fresh_rate=5.0, frozen_norms=True), None)
    assert all(torch.equal(tensor, asked[name]) for name, tensor in usual.items())


def test_a_training_from_trained_weights_that_was_interrupted_ends_at_the_same_weights(data: PreparedData) -> None:
    recipe = replace(RECIPE, fresh_rate=5.0, frozen_norms=True, average_epochs=0.7)
    begun = Training(network(), data, recipe, INPUT_SIZE, seed=0, device=CPU, fresh=FRESH)
    begun.run_epoch()
    state = {name: tensor.clone() for name, tensor in begun.state().items()}
    again = Training(network(seed=9), data, recipe, INPUT_SIZE, seed=0, device=CPU, fresh=FRESH)
    again.restore(state)
    while not again.finished:
        again.run_epoch()
    assert all(torch.equal(tensor, weights(again)[name]) for name, tensor in trained(data, recipe, FRESH).items())
