"""Brightness, contrast, saturation and hue changed at random, torchvision's ``transforms.v2.ColorJitter``.

The factors and their order are an image's own, so a batch is changed by a few calls, not one an image.
"""

from dataclasses import dataclass
from itertools import permutations

import torch
from torch import Tensor
from torchvision.transforms.v2 import functional as F

from pipelines.loading.by_kind import apply_by_kind, pick


@dataclass(frozen=True, slots=True)
class Jitters:
    """The changes of the colours of each image of a batch, on the CPU.

    Attributes:
        order: (batch, turns) int64, indices into ``OPERATIONS``: the first turn's, the second's and so on.
        factors: (batch, 4) of each of ``OPERATIONS``, whether it has a turn or not.
    """

    order: Tensor
    factors: Tensor

    @classmethod
    def of(cls, draws: Tensor, color: float, hue: float) -> "Jitters":
        """Returns factors that are uniform in their range, and orders of the operations that are equally likely.

        Args:
            draws: (batch, 5) uniform numbers on the CPU: the order, then brightness, contrast, saturation, hue.
            color: the first three factors are from ``max(0, 1 - color)`` to ``1 + color``; 0: they are not changed.
            hue: at most 0.5; the turn of the hue is from ``-hue`` to ``hue``, in full turns; 0: it is not changed.
        """
        turns = [kind for kind in range(len(OPERATIONS)) if (hue if kind == _HUE else color)]
        orders = torch.tensor(list(permutations(turns)))
        lowest = torch.tensor([max(0.0, 1 - color)] * 3 + [-hue])
        highest = torch.tensor([1 + color] * 3 + [hue])
        return cls(orders[pick(draws[:, 0], len(orders))], lowest + (highest - lowest) * draws[:, 1:])


def jitter(images: Tensor, jitters: Jitters) -> Tensor:
    """Changes the colours of each image.

    Args:
        images: (batch, 3, height, width) floats from 0 to 1.
        jitters: of these images.

    Returns:
        As ``images``, values from 0 to 1.
    """
    for kinds in jitters.order.unbind(dim=1):
        factors = jitters.factors.gather(1, kinds[:, None])[:, 0]
        images = apply_by_kind(images, kinds, factors, OPERATIONS)
    return images


def brighten(images: Tensor, factors: Tensor) -> Tensor:
    """Multiplies the values of each image, and clips them to 0 to 1.

    Args:
        images: (batch, 3, height, width) floats from 0 to 1.
        factors: (batch,) of at least 0; 0 is black, 1 the image.
    """
    return _each(factors).mul(images).clamp_(0, 1)


def contrast(images: Tensor, factors: Tensor) -> Tensor:
    """Moves the values of each image away from or towards its mean grey.

    Args:
        images: (batch, 3, height, width) floats from 0 to 1.
        factors: (batch,) of at least 0; 0 is the mean grey, 1 the image.
    """
    return blend(images, F.rgb_to_grayscale(images).mean(dim=(1, 2, 3), keepdim=True), factors)


def saturate(images: Tensor, factors: Tensor) -> Tensor:
    """Moves the colours of each image away from or towards grey.

    Args:
        images: (batch, 3, height, width) floats from 0 to 1.
        factors: (batch,) of at least 0; 0 is grey, 1 the image.
    """
    return blend(images, F.rgb_to_grayscale(images), factors)


def turn_hue(images: Tensor, turns: Tensor) -> Tensor:
    """Turns the hue of each image on the colour circle.

    A channel is v - v s max(0, min(k, 4 - k, 1)) with k = (n + 6 hue) mod 6 and n = 5, 3, 1 for red, green, blue.

    Args:
        images: (batch, 3, height, width) floats from 0 to 1.
        turns: (batch,) in full turns, above -1; 0 is the image.
    """
    value, smallest = images.amax(dim=1), images.amin(dim=1)
    chroma = value - smallest  # v s
    red, green, blue = images.unbind(dim=1)
    span = torch.where(chroma == 0, 1.0, chroma)
    sixths = torch.where(
        value == red,
        (green - blue) / span,
        torch.where(value == green, 2 + (blue - red) / span, 4 + (red - green) / span),
    )
    hue = sixths / 6 + (turns[:, None, None] + 1)  # above 0
    k = torch.stack([hue + 5 / 6, hue + 3 / 6, hue + 1 / 6], dim=1).frac_().mul_(6)
    share = k.sub_(2).abs_().neg_().add_(2).clamp_(0, 1)  # min(k, 4 - k) is 2 - |k - 2|
    return value[:, None] - chroma[:, None] * share


def blend(images: Tensor, others: Tensor, factors: Tensor) -> Tensor:
    """Mixes two batches of images, and clips the values to 0 to 1.

    Args:
        images: (batch, 3, height, width) floats from 0 to 1.
        others: floats from 0 to 1 of a shape that expands to that of ``images``.
        factors: (batch,) the weight of ``images``: 0 is ``others``, 1 ``images``; above 1 moves away from ``others``.
    """
    return torch.lerp(others.expand_as(images), images, _each(factors)).clamp_(0, 1)


def _each(amounts: Tensor) -> Tensor:
    return amounts[:, None, None, None]


OPERATIONS = (brighten, contrast, saturate, turn_hue)
_HUE = OPERATIONS.index(turn_hue)
