"""The random views of a batch that a network trains on, as its recipe sets them.

In the order of torchvision's references: crop, mirror, colour jitter, RandAugment, normalise, erase. Pairs of views are
mixed after that (``pipelines/training/mixing.py``). All random numbers depend only on (seed, epoch, sample).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pipelines.loading.augment import (
    COLOR_JITTER,
    ERASING,
    RAND_AUGMENT,
    Normaliser,
    Stream,
    epoch_draws,
    random_views,
)
from pipelines.loading.erasing import erase, erased_boxes
from pipelines.training.recipe import Recipe

_IN_CACHE = 1 << 19  # values: as floats 2 MiB, which a core's cache holds; more is up to three times as slow


@dataclass(frozen=True, slots=True)
class ViewDraws:
    """Uniform numbers in [0, 1), a row for each sample; no columns for augmentations that the recipe does not use.

    Attributes:
        crops: (samples, 5) where the images are.
        color_jitter: (samples, 5) on the CPU, as the others: what is done to which image is decided there.
        rand_augment: (samples, 4).
        erasing: (samples, 5).
    """

    crops: Tensor
    color_jitter: Tensor
    rand_augment: Tensor
    erasing: Tensor

    @classmethod
    def of(cls, recipe: Recipe, samples: int, seed: int, epoch: int) -> "ViewDraws":
        """Returns the numbers for all views of an epoch, a row for each sample.

        Args:
            recipe: of the augmentations; those it does not use have no columns.
            samples: the number of samples.
            seed: of the training.
            epoch: from 0.
        """

        def draws(stream: Stream, asked: float) -> Tensor:
            return epoch_draws(samples, seed, epoch, stream) if asked else torch.empty(samples, 0)

        return cls(
            crops=epoch_draws(samples, seed, epoch),
            color_jitter=draws(COLOR_JITTER, recipe.color_jitter or recipe.hue_jitter),
            rand_augment=draws(RAND_AUGMENT, recipe.rand_augment),
            erasing=draws(ERASING, recipe.erasing),
        )

    def of_batches(self, order: NDArray[np.int64], batch_size: int, device: torch.device) -> Iterator["ViewDraws"]:
        """Returns the numbers of each batch, in order.

        Args:
            order: indices of samples, (n,), in the order of the epoch.
            batch_size: images a batch.
            device: of the images, to which ``crops`` are moved.
        """
        rows = torch.from_numpy(order)
        crops = torch.split(self.crops[rows].to(device), batch_size)
        on_cpu = (self.color_jitter, self.rand_augment, self.erasing)
        others = (torch.split(draws[rows], batch_size) for draws in on_cpu)
        return (ViewDraws(*batch) for batch in zip(crops, *others, strict=True))


def make_views(images: Tensor, draws: ViewDraws, recipe: Recipe, size: int, normalise: Normaliser) -> Tensor:
    """Returns a batch as a network sees it in training.

    Args:
        images: (batch, 3, side, side) uint8, as stored.
        draws: of these images.
        recipe: of the augmentations.
        size: height and width of the views in pixels.
        normalise: of the training images' mean and deviation, on the device of ``images``.

    Returns:
        (batch, 3, size, size) floats.
    """
    views = _crop(images, draws.crops, recipe, size)
    if recipe.color_jitter or recipe.hue_jitter or recipe.rand_augment:
        views = _recolour_and_warp(views.contiguous().div_(255).clamp_(0, 1), draws, recipe).mul(255)
    views = normalise(views)
    if recipe.erasing:
        views = erase(views, erased_boxes(draws.erasing, recipe.erasing, size))
    return views


def _crop(images: Tensor, draws: Tensor, recipe: Recipe, size: int) -> Tensor:
    count = max(1, _IN_CACHE // images[0].numel()) if images.device.type == "cpu" else len(images)
    crops = [
        random_views(some.float(), rows, size, min_crop=recipe.min_crop, flip=recipe.flip)
        for some, rows in zip(torch.split(images, count), torch.split(draws, count), strict=True)
    ]
    return torch.cat(crops)


def _recolour_and_warp(views: Tensor, draws: ViewDraws, recipe: Recipe) -> Tensor:
    """Changes the colours and shapes of views; values are from 0 to 1 before and after."""
    from pipelines.loading.color_jitter import Jitters, jitter  # here, as other recipes need torch alone
    from pipelines.loading.rand_augment import rand_augment

    if recipe.color_jitter or recipe.hue_jitter:
        views = jitter(views, Jitters.of(draws.color_jitter, recipe.color_jitter, recipe.hue_jitter))
    return rand_augment(views, draws.rand_augment, recipe.rand_augment) if recipe.rand_augment else views
