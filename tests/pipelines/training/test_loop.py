"""Training: it learns, repeats exactly, goes on exactly, and stops where it can't go on."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from pipelines.loading.data import ClosedSplitError, PreparedData
from pipelines.training.divergence import DivergedError, NotFinite
from pipelines.training.loop import Training
from pipelines.training.scoring import score
from tests.pipelines.training.colours import CPU, INPUT_SIZE, RECIPE, network, weights

pytestmark = pytest.mark.usefixtures("one_thread")


def test_learns_and_counts_its_epochs(data: PreparedData) -> None:
    training = Training(network(), data, RECIPE, INPUT_SIZE, seed=0, device=CPU)
    epochs = []
    while not training.finished:
        epochs.append(training.run_epoch())
    assert [epoch.number for epoch in epochs] == [1, 2, 3]
    assert epochs[-1].train_loss < epochs[0].train_loss
    assert epochs[-1].val_accuracy > 0.8
    assert all(epoch.seconds > 0 for epoch in epochs)


def test_the_same_seed_gives_the_same_weights(data: PreparedData) -> None:
    def trained(seed: int) -> dict[str, torch.Tensor]:
        training = Training(network(), data, RECIPE, INPUT_SIZE, seed=seed, device=CPU)
        torch.rand(7)  # whatever else drew from the global generator does not matter
        training.run_epoch()
        return weights(training)

    one, same, other = trained(0), trained(0), trained(1)
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not all(torch.equal(one[name], other[name]) for name in one)


def test_training_leaves_the_global_generator_as_it_was(data: PreparedData) -> None:
    training = Training(network(), data, RECIPE, INPUT_SIZE, seed=0, device=CPU)
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    training.run_epoch()
    assert torch.equal(torch.rand(3), expected)


def test_both_readers_train_the_same_network(folder: Path) -> None:
    pytest.importorskip("ffcv", reason="FFCV is not installed")

    def trained(reader: str) -> dict[str, torch.Tensor]:
        data = PreparedData(folder, workers=1, device=CPU, reader=reader)
        training = Training(network(), data, RECIPE, INPUT_SIZE, seed=0, device=CPU)
        training.run_epoch()
        return weights(training)

    ffcv, plain = trained("ffcv"), trained("plain")
    assert all(torch.equal(ffcv[name], plain[name]) for name in plain)


def test_a_training_that_was_interrupted_ends_at_the_same_weights(data: PreparedData) -> None:
    whole = Training(network(), data, RECIPE, INPUT_SIZE, seed=0, device=CPU)
    while not whole.finished:
        whole.run_epoch()

    begun = Training(network(), data, RECIPE, INPUT_SIZE, seed=0, device=CPU)
    begun.run_epoch()
    state = {name: tensor.clone() for name, tensor in begun.state().items()}
    again = Training(network(seed=9), data, RECIPE, INPUT_SIZE, seed=0, device=CPU)
    again.restore(state)
    while not again.finished:
        again.run_epoch()
    assert all(torch.equal(tensor, weights(again)[name]) for name, tensor in weights(whole).items())


def test_an_epoch_has_full_batches_only(data: PreparedData) -> None:
    with data.training_batches(RECIPE, INPUT_SIZE, seed=0, epoch=0) as batches:
        shapes = [tuple(images.shape) for images, _ in batches]
    assert shapes == [(16, 3, 8, 8)] * 4  # of 70 images
    assert data.steps_per_epoch(16) == 4


def test_a_set_smaller_than_a_batch_is_one_step(folder: Path) -> None:
    data = PreparedData(folder, workers=1, device=CPU, reader="plain")
    with data.training_batches(replace(RECIPE, batch_size=500), INPUT_SIZE, seed=0, epoch=0) as batches:
        assert [len(labels) for _, labels in batches] == [70]


def test_every_image_counts_once_in_a_score(data: PreparedData) -> None:
    class AlwaysFirst(nn.Module):
        def forward(self, images: torch.Tensor) -> torch.Tensor:
            return torch.tensor([1.0, 0.0, 0.0]).expand(len(images), 3)

    result = score(AlwaysFirst(), data, "val", 8, CPU)
    assert (result.correct, result.images) == (11, 33)
    assert result.accuracy == pytest.approx(1 / 3)
    good, bad = np.log(np.e + 2) - 1, np.log(np.e + 2)
    assert result.loss == pytest.approx((good + 2 * bad) / 3, rel=1e-5)


def test_the_test_split_is_closed_unless_it_was_opened(data: PreparedData) -> None:
    with pytest.raises(ClosedSplitError) as refused:
        score(network(), data, "test", 8, CPU)
    assert refused.value.split == "test"


def test_a_loss_that_is_no_number_ends_the_training(data: PreparedData) -> None:
    model = network()
    nn.init.constant_(model[0].weight, float("nan"))
    with pytest.raises(DivergedError) as diverged:
        Training(model, data, RECIPE, INPUT_SIZE, seed=0, device=CPU).run_epoch()
    assert (diverged.value.loss, diverged.value.epoch) == ("training", 1)
    assert diverged.value.origin == NotFinite("weights", "0.weight")


class OnlyTrains(nn.Module):
    """A network whose logits overflow when it is scored."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = network()

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.inner(images)
        return logits if self.training else logits * float("inf")


def test_a_network_whose_scores_are_no_numbers_ends_the_training(data: PreparedData) -> None:
    with pytest.raises(DivergedError) as diverged:
        Training(OnlyTrains(), data, RECIPE, INPUT_SIZE, seed=0, device=CPU).run_epoch()
    assert (diverged.value.loss, diverged.value.epoch) == ("validation", 1)


def test_an_annealed_score_that_is_no_number_ends_the_training(data: PreparedData) -> None:
    training = Training(OnlyTrains(), data, RECIPE, INPUT_SIZE, seed=0, device=CPU)
    with pytest.raises(DivergedError) as diverged:
        training.annealed_score()
    assert (diverged.value.loss, diverged.value.epoch) == ("validation", 1)
    assert training.epochs_done == 0


def test_an_annealed_score_leaves_the_training_as_it_was(data: PreparedData) -> None:
    """Bit-equal weights and losses, with momentum and norms, whether or not scores were read on the way."""
    plain = Training(network(), data, RECIPE, INPUT_SIZE, seed=3, device=CPU)
    branched = Training(network(), data, RECIPE, INPUT_SIZE, seed=3, device=CPU)
    for _ in range(RECIPE.epochs):
        assert branched.annealed_score(1) == branched.annealed_score(1)
        one, other = plain.run_epoch(), branched.run_epoch()
        assert (one.train_loss, one.val_loss) == (other.train_loss, other.val_loss)
    for name, tensor in plain.state().items():
        assert torch.equal(tensor, branched.state()[name]), name


def test_an_annealed_score_before_the_last_epoch_is_the_score_after_it(data: PreparedData) -> None:
    """The recipe's own last epoch anneals from the same rate to zero, so there the branch is the training."""
    training = Training(network(), data, RECIPE, INPUT_SIZE, seed=3, device=CPU)
    training.run_epoch()
    training.run_epoch()
    branch = training.annealed_score(1)
    last = training.run_epoch()
    assert (branch.accuracy, branch.loss) == pytest.approx((last.val_accuracy, last.val_loss))


def test_an_annealed_score_is_of_a_network_at_rest(data: PreparedData) -> None:
    """Scoring at once, at a high rate, gives another one."""
    training = Training(network(), data, replace(RECIPE, epochs=8), INPUT_SIZE, seed=3, device=CPU)
    training.run_epoch()
    assert training.annealed_score(1).loss < training.score("val").loss


RICH = replace(
    RECIPE,
    epochs=4,
    start_size=6,
    mixup=0.2,
    cutmix=0.5,
    clip_norm=1.0,
    average_epochs=0.7,
    recalibration_batches=3,
    flip_average=True,
)


def test_with_all_a_recipe_can_ask_for_an_interrupted_training_ends_at_the_same_weights(data: PreparedData) -> None:
    whole = Training(network(), data, RICH, INPUT_SIZE, seed=0, device=CPU)
    epochs = [whole.run_epoch() for _ in range(4)]
    begun = Training(network(), data, RICH, INPUT_SIZE, seed=0, device=CPU)
    begun.run_epoch()
    begun.run_epoch()
    begun.annealed_score()
    state = {name: tensor.clone() for name, tensor in begun.state().items()}
    again = Training(network(seed=9), data, RICH, INPUT_SIZE, seed=0, device=CPU)
    again.restore(state)
    rest = [again.run_epoch() for _ in range(2)]
    assert [epoch.val_loss for epoch in rest] == [epoch.val_loss for epoch in epochs[2:]]
    assert all(torch.equal(tensor, weights(again)[name]) for name, tensor in weights(whole).items())


def test_what_is_scored_last_is_what_is_kept(data: PreparedData) -> None:
    """Averaged weights and recalibrated norms included: a file of the weights scores what was recorded."""
    training = Training(network(), data, RICH, INPUT_SIZE, seed=0, device=CPU)
    while not training.finished:
        last = training.run_epoch()
    again = score(training.model, data, "val", INPUT_SIZE, CPU, flip_average=True)
    assert (again.accuracy, again.loss) == (last.val_accuracy, last.val_loss)


def test_a_network_that_diverges_stops_at_the_step_and_says_where(data: PreparedData) -> None:
    with pytest.raises(DivergedError) as diverged:
        Training(network(), data, replace(RECIPE, learning_rate=1e30), INPUT_SIZE, seed=0, device=CPU).run_epoch()
    assert (diverged.value.loss, diverged.value.epoch) == ("training", 1)
    origin = diverged.value.origin
    assert origin is not None
    names = {"weights": dict(network().named_parameters()), "output": dict(network().named_modules())}
    assert origin.part is not None
    assert origin.name in names[origin.part]


def test_views_grow_as_the_recipe_says(data: PreparedData) -> None:
    recipe = replace(RECIPE, epochs=6, start_size=4)
    sizes = []
    for epoch in range(6):
        with data.training_batches(recipe, 24, seed=0, epoch=epoch) as batches:
            sizes.append(next(iter(batches))[0].shape[-1])
    assert sizes == [4, 4, 12, 12, 20, 24]


@pytest.mark.slow
def test_a_compiled_network_trains_and_keeps_its_names(data: PreparedData) -> None:
    model = network()
    names = list(model.state_dict())
    training = Training(model, data, RECIPE, INPUT_SIZE, seed=0, device=CPU, compiling="always")
    assert training.run_epoch().train_loss > 0
    assert list(training.model.state_dict()) == names


def test_the_first_epoch_does_not_tell_whether_compiling_pays(
    data: PreparedData, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []

    def worth_compiling(mode: str, device: torch.device, seconds_left: float) -> bool:
        asked.append(seconds_left)
        return False

    monkeypatch.setattr("pipelines.training.loop.worth_compiling", worth_compiling)
    training = Training(network(), data, RECIPE, INPUT_SIZE, seed=0, device=CPU)
    training.run_epoch()
    assert asked == [0.0]  # at the start, when nothing is known
    training.run_epoch()
    assert len(asked) == 2
    assert asked[1] > 0
