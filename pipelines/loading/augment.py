"""From stored pixels to what a network sees, a batch at a time, on any device.

Every random choice depends on (seed, epoch, sample) alone: not on the order of the samples, the batch they
share or the number of workers. So two candidates with the same seed see the same pixels.
"""

from math import log

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

_ORDER, _VIEWS = 0, 1  # separate streams of one (seed, epoch)
_RATIO = log(4 / 3)  # widest aspect ratio of a crop, as in torchvision's RandomResizedCrop


def epoch_order(samples: int, seed: int, epoch: int) -> NDArray[np.int64]:
    """The order in which an epoch visits its samples, a permutation of 0..samples-1."""
    return np.random.default_rng([seed, epoch, _ORDER]).permutation(samples)


def epoch_draws(samples: int, seed: int, epoch: int) -> Tensor:
    """The random numbers of an epoch's views: (samples, 5) uniform in [0, 1), a row for each sample."""
    draws = np.random.default_rng([seed, epoch, _VIEWS]).random((samples, 5), dtype=np.float32)
    return torch.from_numpy(draws)


def random_views(images: Tensor, draws: Tensor, size: int, *, min_crop: float, flip: bool) -> Tensor:
    """A random resized crop of each image, mirrored half of the time where ``flip``.

    Args:
        images: (batch, 3, height, width) floats.
        draws: (batch, 5) uniform numbers: area, aspect ratio, row, column, mirror.
        size: height and width of the crops' output.
        min_crop: the smallest share of the area that a crop keeps; 1 keeps whole images.

    Returns:
        (batch, 3, size, size), bilinear.
    """
    area, ratio, row, column, mirror = draws.to(images.device).unbind(dim=1)
    area = min_crop + (1 - min_crop) * area
    stretch = torch.exp((ratio * 2 - 1) * (_RATIO / 2)) if min_crop < 1 else torch.ones_like(ratio)
    width = (area.sqrt() * stretch).clamp(max=1)
    height = (area.sqrt() / stretch).clamp(max=1)
    # affine_grid maps the output's [-1, 1] to the input's: a crop is a scale and a shift.
    theta = torch.zeros(len(images), 2, 3, device=images.device)
    theta[:, 0, 0] = torch.where(mirror < 0.5, -width, width) if flip else width
    theta[:, 1, 1] = height
    theta[:, 0, 2] = (1 - width) * (column * 2 - 1)
    theta[:, 1, 2] = (1 - height) * (row * 2 - 1)
    grid = F.affine_grid(theta, [len(images), 3, size, size], align_corners=False)
    return F.grid_sample(images, grid, padding_mode="border", align_corners=False)


def resize(images: Tensor, size: int) -> Tensor:
    """Whole images at ``size``: (batch, 3, size, size). Unchanged where they have that size."""
    if images.shape[-1] == size:
        return images
    return F.interpolate(images, size=(size, size), mode="bilinear", antialias=True)


class Normaliser:
    """Turns uint8 images into floats with mean 0 and deviation 1 a channel."""

    def __init__(self, mean: tuple[float, float, float], std: tuple[float, float, float], device: torch.device) -> None:
        self._mean = torch.tensor(mean, device=device).view(1, 3, 1, 1) * 255
        self._std = torch.tensor(std, device=device).view(1, 3, 1, 1) * 255

    def __call__(self, images: Tensor) -> Tensor:
        """(batch, 3, height, width) uint8 in, float32 of the same shape out."""
        return (images.float() - self._mean) / self._std
