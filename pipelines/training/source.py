"""What a training asks of its data. With the recipe and the loop it needs torch alone."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Protocol

from torch import Tensor

from pipelines.split import Split
from pipelines.training.recipe import Recipe

# (images, labels) of one batch after the other
Batches = Iterator[tuple[Tensor, Tensor]]


class ImageSource(Protocol):
    """Batches of images for training and for scoring, where they are wanted; each worker of a group has its part."""

    @property
    def num_classes(self) -> int:
        """Labels are from 0 to ``num_classes - 1``."""
        ...

    def steps_per_epoch(self, batch_size: int) -> int:
        """Training steps in an epoch."""
        ...

    def training_batches(
        self, recipe: Recipe, input_size: int, *, seed: int, epoch: int
    ) -> AbstractContextManager[Batches]:
        """One epoch of views: (batch, 3, size, size) floats and (batch,) int64 labels.

        The size is :meth:`Recipe.size_at` of that epoch.
        """
        ...

    def evaluation_batches(self, split: Split, input_size: int) -> AbstractContextManager[Batches]:
        """Every image of a split once, whole, in a fixed order; shapes as above."""
        ...
