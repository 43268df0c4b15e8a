"""Training on a GPU, with torch alone: ``pytest -m gpu``."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from pipelines.loading.augment import epoch_draws, epoch_order, random_views
from pipelines.names import CompileMode
from pipelines.split import Split
from pipelines.training.distillation import Teacher
from pipelines.training.loop import Training
from pipelines.training.recipe import ClassWeights, Recipe
from pipelines.training.source import Batches
from ulsam import ArchConfig, Placement, build_model

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
]
RECIPE = Recipe(epochs=4, batch_size=64, learning_rate=0.05)


class ColouredNoise:
    """Four classes that differ in colour, on the GPU."""

    def __init__(self, device: torch.device) -> None:
        generator = torch.Generator().manual_seed(0)
        self._labels = torch.arange(512) % 4
        colours = torch.randn(4, 3, 1, 1, generator=generator)
        self._images = torch.randn(512, 3, 32, 32, generator=generator) + colours[self._labels]
        self._images, self._labels = self._images.to(device), self._labels.to(device)

    @property
    def num_classes(self) -> int:
        return 4

    def class_counts(self) -> list[int]:
        return [64, 128, 128, 192]  # not so: weights that differ

    def steps_per_epoch(self, batch_size: int) -> int:
        return 512 // batch_size

    @contextmanager
    def training_batches(self, recipe: Recipe, input_size: int, *, seed: int, epoch: int) -> Iterator[Batches]:
        order = torch.from_numpy(epoch_order(512, seed, epoch))
        draws = epoch_draws(512, seed, epoch)

        def views() -> Iterator[tuple[Tensor, Tensor]]:
            for indices in order.split(recipe.batch_size):
                on_device = indices.to(self._images.device)
                yield (
                    random_views(
                        self._images[on_device],
                        draws[indices],
                        recipe.size_at(epoch, input_size),
                        min_crop=0.5,
                        flip=True,
                    ),
                    self._labels[on_device],
                )

        yield views()

    @contextmanager
    def evaluation_batches(self, split: Split, input_size: int) -> Iterator[Batches]:
        yield zip(self._images.split(64), self._labels.split(64), strict=True)


ARCH = ArchConfig(
    backbone="mobilenet_v2",
    width=0.35,
    num_classes=4,
    stem_stride=1,
    placements=(Placement(block=12, mode="substitute", groups=4),),
)


def a_training(recipe: Recipe = RECIPE, compiling: CompileMode = "never", input_size: int = 32) -> Training:
    device = torch.device("cuda")
    torch.manual_seed(0)
    model = build_model(ARCH, 32)
    source, teacher = ColouredNoise(device), Teacher(build_model(ARCH, 32), 40)
    return Training(model, source, recipe, input_size, seed=0, device=device, compiling=compiling, teacher=teacher)


@pytest.mark.parametrize("compiling", ["never", "always"])
def test_learns_in_bfloat16(compiling: CompileMode) -> None:
    training = a_training(compiling=compiling)
    epochs = []
    while not training.finished:
        epochs.append(training.run_epoch())
    assert epochs[-1].val_accuracy > 0.9
    assert {parameter.dtype for parameter in training.model.parameters()} == {torch.float32}


def without_dropout(training: Training) -> Training:
    for module in training.model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    return training


@pytest.mark.parametrize("class_weights", ["none", "balanced"])
@pytest.mark.parametrize("distill_weight", [0.0, 0.5])
def test_a_captured_step_is_the_step(distill_weight: float, class_weights: ClassWeights) -> None:
    recipe = replace(RECIPE, distill_weight=distill_weight, class_weights=class_weights)
    captured, eager = without_dropout(a_training(recipe)), without_dropout(a_training(recipe))
    eager._captured = None
    for _ in range(RECIPE.epochs):
        found, expected = captured.run_epoch(), eager.run_epoch()
        assert found.train_loss == pytest.approx(expected.train_loss, rel=0.1)
    assert captured._captured is not None
    assert captured._captured._graph is not None


def test_growing_images_are_captured_anew() -> None:
    recipe = Recipe(epochs=6, batch_size=64, learning_rate=0.05, start_size=32, average_epochs=0.5)
    training = a_training(recipe, input_size=64)
    epochs = [training.run_epoch() for _ in range(6)]
    assert epochs[-1].val_accuracy > 0.9


def test_dropout_differs_from_step_to_step() -> None:
    training = a_training()
    training.run_epoch()
    captured = training._captured
    assert captured is not None
    assert captured._graph is not None
    training._optimizer.param_groups[0]["lr"] = 0.0
    losses = set()
    for _ in range(4):
        captured._graph.replay()
        losses.add(float(captured._loss))
    assert len(losses) == 4


def test_goes_on_from_a_checkpoint() -> None:
    whole, first = a_training(), a_training()
    whole.run_epoch()
    first.run_epoch()
    state = {name: tensor.cpu().clone() for name, tensor in first.state().items()}  # as a file would give it back
    second = a_training()
    second.restore(state)
    expected, found = whole.run_epoch(), second.run_epoch()
    assert found.number == expected.number == 2
    assert found.train_loss == pytest.approx(expected.train_loss, rel=0.05)  # not to the bit, on a GPU


def test_cuts_batches_that_the_gpu_does_not_hold() -> None:
    recipe = Recipe(epochs=2, batch_size=512, learning_rate=0.05)
    torch.cuda.reset_peak_memory_stats()
    free = a_training(recipe)
    assert free.run_epoch().micro_batches == 1
    needed = torch.cuda.max_memory_allocated()
    del free
    torch.cuda.empty_cache()
    try:
        whole = torch.cuda.get_device_properties("cuda").total_memory
        torch.cuda.set_per_process_memory_fraction(0.6 * needed / whole)
        short = a_training(recipe)
        epochs = [short.run_epoch(), short.run_epoch()]
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert epochs[0].micro_batches > 1
    assert epochs[1].train_loss < epochs[0].train_loss
