"""From stored pixels to what a network sees, a batch at a time, on any device.

Every random choice depends on (seed, epoch, sample) alone: not on the order of the samples, the batch they
share or the number of workers. So two candidates with the same seed see the same pixels.
"""

from dataclasses import dataclass
from math import log

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

_ORDER = 0  # the stream of one (seed, epoch) that its order is drawn from
_RATIO = log(4 / 3)  # widest aspect ratio of a crop, as in torchvision's RandomResizedCrop


def epoch_order(samples: int, seed: int, epoch: int) -> NDArray[np.int64]:
    """Returns the order in which an epoch visits its samples, a permutation of 0 to ``samples - 1``.

    Args:
        samples: the number of samples.
        seed: of the training.
        epoch: from 0.
    """
    return np.random.default_rng([seed, epoch, _ORDER]).permutation(samples)


@dataclass(frozen=True, slots=True)
class Stream:
    """Random numbers of one (seed, epoch) that depend on no other stream.

    Attributes:
        number: of the stream.
        each: how many numbers of the stream a sample has.
    """

    number: int
    each: int


CROPS, COLOR_JITTER, RAND_AUGMENT, ERASING = Stream(1, 5), Stream(2, 5), Stream(3, 4), Stream(4, 5)


def epoch_draws(samples: int, seed: int, epoch: int, stream: Stream = CROPS) -> Tensor:
    """Returns the random numbers of one stream for the views of an epoch.

    Args:
        samples: the number of samples.
        seed: of the training.
        epoch: from 0.
        stream: the augmentation that the numbers are for.

    Returns:
        (samples, stream.each) float32 on the CPU, uniform in [0, 1).
    """
    draws = np.random.default_rng([seed, epoch, stream.number]).random((samples, stream.each), dtype=np.float32)
    return torch.from_numpy(draws)


@dataclass(frozen=True, slots=True)
class Crops:
    """Where a batch's crops lie, in shares of the image's height and width: tensors of shape (batch,).

    Attributes:
        width, height: of the crops, at most 1. Their product is the area that was drawn.
        left, top: of the crops.
        mirrored: whether the crop is mirrored, left to right.
    """

    width: Tensor
    height: Tensor
    left: Tensor
    top: Tensor
    mirrored: Tensor


def random_crops(draws: Tensor, *, min_crop: float, flip: bool) -> Crops:
    """Returns random resized crops (Szegedy et al., 2015, https://arxiv.org/abs/1409.4842), each from its own draws.

    The area is uniform in [``min_crop``, 1], as ``scale`` is in torchvision's RandomResizedCrop. The logarithm of the
    aspect ratio is uniform in the part of [log 3/4, log 4/3] in which a crop of that area fits into the image.
    Torchvision draws the area again where the crop does not fit; here each crop needs one draw.

    Args:
        draws: (batch, 5) uniform numbers: area, aspect ratio, row, column, mirror.
        min_crop: the smallest share of the area that a crop keeps; 1 keeps whole images.
        flip: whether half of the crops are mirrored.
    """
    area, ratio, row, column, mirror = draws.unbind(dim=1)
    area = min_crop + (1 - min_crop) * area
    widest = (-area.log()).clamp(max=_RATIO)  # at this ratio, the crop touches two opposite edges
    stretch = torch.exp((ratio * 2 - 1) * (widest / 2))
    width = (area.sqrt() * stretch).clamp(max=1)  # above 1 by rounding alone
    height = (area.sqrt() / stretch).clamp(max=1)
    mirrored = mirror < 0.5 if flip else torch.zeros_like(mirror, dtype=torch.bool)
    return Crops(width, height, (1 - width) * column, (1 - height) * row, mirrored)


def random_views(images: Tensor, draws: Tensor, size: int, *, min_crop: float, flip: bool) -> Tensor:
    """Returns a random resized crop of each image.

    The filter is the one of :func:`resize`, by which images are scored: bilinear, and antialiased where a crop has
    more pixels than the output.

    Args:
        images: (batch, 3, side, side) floats.
        draws: (batch, 5) uniform numbers; see :func:`random_crops`.
        size: height and width of the output in pixels.
        min_crop: the smallest share of the area that a crop keeps; 1 keeps whole images.
        flip: whether half of the crops are mirrored.

    Returns:
        (batch, 3, size, size).
    """
    crops = random_crops(draws.to(images.device), min_crop=min_crop, flip=flip)
    if images.shape[-1] <= size:  # no crop has more pixels than the output: sampling is the same filter, and faster
        return _sample(images, crops, size)
    rows = _filter(crops.top, crops.height, images.shape[-2], size)
    columns = _filter(crops.left, crops.width, images.shape[-1], size)
    columns = torch.where(crops.mirrored[:, None, None], columns.flip(1), columns)
    return rows[:, None] @ images @ columns[:, None].mT


def _sample(images: Tensor, crops: Crops, size: int) -> Tensor:
    """Returns the crops, bilinear without antialiasing: (batch, 3, size, size)."""
    # affine_grid maps the output's [-1, 1] to the input's: a crop is a scale and a shift.
    theta = torch.zeros(len(images), 2, 3, device=images.device)
    theta[:, 0, 0] = torch.where(crops.mirrored, -crops.width, crops.width)
    theta[:, 1, 1] = crops.height
    theta[:, 0, 2] = 2 * crops.left + crops.width - 1
    theta[:, 1, 2] = 2 * crops.top + crops.height - 1
    grid = F.affine_grid(theta, [len(images), 3, size, size], align_corners=False)
    return F.grid_sample(images, grid, padding_mode="border", align_corners=False)


def _filter(start: Tensor, extent: Tensor, stored: int, size: int) -> Tensor:
    """Returns the weight of each stored pixel of a side in each output pixel: (batch, size, stored).

    The weights are a triangle around the output pixel's centre, as wide as two output pixels and at least two stored
    ones: the antialiased bilinear filter of Pillow and of ``torch.nn.functional.interpolate``. Each row sums to 1.

    Args:
        start: (batch,) where the crop begins, in shares of the side.
        extent: (batch,) how long the crop is, in shares of the side.
        stored: pixels of the side as stored.
        size: pixels of the output's side.
    """
    outputs = (torch.arange(size, device=start.device) + 0.5) / size
    centres = (start[:, None] + extent[:, None] * outputs) * stored
    pixels = torch.arange(stored, device=start.device) + 0.5
    half_width = (extent * (stored / size)).clamp(min=1)[:, None, None]
    weights = (1 - (pixels - centres[:, :, None]).abs() / half_width).clamp(min=0)
    return weights / weights.sum(dim=2, keepdim=True)


def resize(images: Tensor, size: int) -> Tensor:
    """Returns whole images at another size, or the same tensor where they have that size.

    Args:
        images: (batch, 3, side, side) floats.
        size: height and width of the output in pixels.
    """
    if images.shape[-1] == size:
        return images
    return F.interpolate(images, size=(size, size), mode="bilinear", antialias=True)


class Normaliser:
    """Turns uint8 images into floats with mean 0 and deviation 1 a channel."""

    def __init__(self, mean: tuple[float, float, float], std: tuple[float, float, float], device: torch.device) -> None:
        self._mean = torch.tensor(mean, device=device).view(1, 3, 1, 1) * 255
        self._std = torch.tensor(std, device=device).view(1, 3, 1, 1) * 255

    def __call__(self, images: Tensor) -> Tensor:
        """Normalises images: (batch, 3, height, width) uint8 in, float32 of the same shape out."""
        return (images.float() - self._mean) / self._std

    def pixels(self, images: Tensor) -> Tensor:
        """Returns the pixels, 0 to 255, of normalised images of any shape (batch, 3, height, width)."""
        return images * self._std + self._mean
