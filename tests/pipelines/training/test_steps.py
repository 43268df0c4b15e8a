"""Single steps: decay, clipping, and a batch in parts."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from pipelines.loading.data import PreparedData
from pipelines.training.loop import Training
from tests.pipelines.training.colours import CPU, INPUT_SIZE, RECIPE, network, weights

pytestmark = pytest.mark.usefixtures("one_thread")


def test_norms_and_biases_do_not_decay(data: PreparedData) -> None:
    training = Training(network(), data, RECIPE, INPUT_SIZE, seed=0, device=CPU)
    decaying, kept = training._optimizer.param_groups
    assert {parameter.ndim for parameter in decaying["params"]} == {2, 4}
    assert {parameter.ndim for parameter in kept["params"]} == {1}
    assert (decaying["weight_decay"], kept["weight_decay"]) == (RECIPE.weight_decay, 0)


def test_gradients_of_micro_batches_add_up_to_those_of_the_batch(folder: Path) -> None:
    """Without norms, whose statistics are of a micro-batch, a training with four of them is the training in one."""

    def trained(number: int) -> dict[str, torch.Tensor]:
        torch.manual_seed(0)
        model = nn.Sequential(nn.Conv2d(3, 8, 3, stride=2), nn.ReLU(), nn.Flatten(), nn.Linear(72, 3)).double()
        training = Training(
            Doubled(model),
            PreparedData(folder, workers=1, device=CPU),
            replace(RECIPE, batch_size=32),
            INPUT_SIZE,
            seed=0,
            device=CPU,
        )
        training._micro_batches.number = number
        assert training.run_epoch().micro_batches == number
        return weights(training)

    whole, cut = trained(1), trained(4)
    for name, tensor in whole.items():
        torch.testing.assert_close(cut[name], tensor)


class Doubled(nn.Module):
    """Computes in double precision, so that orders of summation do not tell."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.model(images.double())
        return logits


def test_a_batch_that_does_not_fit_is_cut_and_the_training_goes_on(data: PreparedData) -> None:
    class Hungry(nn.Module):
        """Asks for more memory than there is for more than 9 images at once."""

        def __init__(self) -> None:
            super().__init__()
            self.inner = network()

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            torch.empty(2**50 if len(images) > 9 else 1, dtype=torch.uint8)
            logits: torch.Tensor = self.inner(images)
            return logits

    training = Training(Hungry(), data, RECIPE, INPUT_SIZE, seed=0, device=CPU)
    epochs = [training.run_epoch() for _ in range(RECIPE.epochs)]
    assert [epoch.micro_batches for epoch in epochs] == [2, 2, 2]
    assert epochs[-1].val_accuracy > 0.6


def test_gradients_are_clipped_to_a_norm(data: PreparedData) -> None:
    """Plain SGD without decay moves by the rate times the gradient: never by more than the rate times the norm."""
    recipe = replace(
        RECIPE, momentum=0.0, weight_decay=0.0, clip_norm=0.01, learning_rate=1.0, epochs=1, recalibration_batches=0
    )
    model = network()
    before = torch.cat([parameter.detach().clone().flatten() for parameter in model.parameters()])
    Training(model, data, recipe, INPUT_SIZE, seed=0, device=CPU).run_epoch()
    after = torch.cat([parameter.detach().flatten() for parameter in model.parameters()])
    rates = [recipe.rate_at(step, 4) for step in range(4)]
    assert 0 < float((after - before).norm()) <= 0.01 * sum(rates) * 1.001
