"""The interface between a training and its data. With the recipe and the loop it needs torch alone."""

from collections.abc import Iterator, Sequence
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
        """The number of classes; labels are from 0 to ``num_classes - 1``."""
        ...

    def class_counts(self) -> Sequence[int]:
        """Returns the number of training images of each class, in the order of labels; of all workers together."""
        ...

    def steps_per_epoch(self, batch_size: int) -> int:
        """Returns the training steps of an epoch, at least 1."""
        ...

    def training_batches(
        self, recipe: Recipe, input_size: int, *, seed: int, epoch: int
    ) -> AbstractContextManager[Batches]:
        """Opens one epoch of views: (batch, 3, size, size) floats and (batch,) int64 labels.

        Args:
            recipe: of the batch size and the augmentations.
            input_size: of the network, in pixels; the views have :meth:`Recipe.size_at` of that epoch.
            seed: of the training.
            epoch: from 0.
        """
        ...

    def evaluation_batches(self, split: Split, input_size: int) -> AbstractContextManager[Batches]:
        """Opens all images of a split once, whole, in a fixed order: (batch, 3, input_size, input_size) floats, labels.

        Args:
            split: the name of the split.
            input_size: height and width of the images in pixels.
        """
        ...
