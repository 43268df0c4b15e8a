"""Training on a GPU, with torch alone: ``pytest -m gpu``."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import torch
from torch import Tensor

from pipelines.loading.augment import epoch_draws, epoch_order, random_views
from pipelines.split import Split
from pipelines.training.loop import Training
from pipelines.training.recipe import Recipe
from pipelines.training.source import Batches
from ulsam import ArchConfig, Placement, build_model

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
]
RECIPE = Recipe(epochs=4, input_size=32, batch_size=64, learning_rate=0.05)


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

    def steps_per_epoch(self, batch_size: int) -> int:
        return 512 // batch_size

    @contextmanager
    def training_batches(self, recipe: Recipe, seed: int, epoch: int) -> Iterator[Batches]:
        order = torch.from_numpy(epoch_order(512, seed, epoch))
        draws = epoch_draws(512, seed, epoch)

        def views() -> Iterator[tuple[Tensor, Tensor]]:
            for indices in order.split(recipe.batch_size):
                on_device = indices.to(self._images.device)
                yield (
                    random_views(self._images[on_device], draws[indices], 32, min_crop=0.5, flip=True),
                    self._labels[on_device],
                )

        yield views()

    @contextmanager
    def evaluation_batches(self, split: Split, input_size: int) -> Iterator[Batches]:
        yield zip(self._images.split(64), self._labels.split(64), strict=True)


def test_learns_in_bfloat16() -> None:
    device = torch.device("cuda")
    arch = ArchConfig(
        backbone="mobilenet_v2",
        width=0.35,
        num_classes=4,
        stem_stride=1,
        placements=(Placement(block=12, mode="substitute", groups=4),),
    )
    training = Training(build_model(arch, 32), ColouredNoise(device), RECIPE, seed=0, device=device)
    epochs = []
    while not training.finished:
        epochs.append(training.run_epoch())
    assert epochs[-1].val_accuracy > 0.9
    assert {parameter.dtype for parameter in training.model.parameters()} == {torch.float32}
