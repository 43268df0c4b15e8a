"""A rectangle of a view erased at random: torchvision's ``transforms.v2.RandomErasing``.

Zhong et al., "Random Erasing Data Augmentation", 2017, https://arxiv.org/abs/1708.04896.
"""

from math import log

import torch
from torch import Tensor

from pipelines.loading.by_kind import at_device, pick

_SMALLEST, _LARGEST = 0.02, 0.33  # share of the area
_RATIOS = (log(0.3), log(3.3))  # of height to width


def erased_boxes(draws: Tensor, share: float, size: int) -> Tensor:
    """Returns the rectangle to erase of each view: (batch, 4) int64, top, left, bottom and right; empty for no erasing.

    Area and logarithm of the aspect ratio are uniform, the ratio among those at which the rectangle fits. Torchvision
    draws both again if it does not fit; here each view needs one draw.

    Args:
        draws: (batch, 5) uniform numbers on the CPU: whether, area, aspect ratio, row, column.
        share: of the views that lose a rectangle, from 0 to 1.
        size: height and width of the views in pixels.
    """
    whether, area, ratio, row, column = draws.unbind(dim=1)
    area = _SMALLEST + (_LARGEST - _SMALLEST) * area
    narrowest, widest = area.log().clamp(min=_RATIOS[0]), (-area.log()).clamp(max=_RATIOS[1])
    stretch = torch.exp((narrowest + (widest - narrowest) * ratio) / 2)
    height = (area.sqrt() * size * stretch).round().long().clamp(max=size - 1)
    width = (area.sqrt() * size / stretch).round().long().clamp(max=size - 1)
    top, left = pick(row, size - height + 1), pick(column, size - width + 1)
    erased = whether < share
    return torch.stack([top, left, top + height * erased, left + width * erased], dim=1)


def erase(images: Tensor, boxes: Tensor) -> Tensor:
    """Returns views with 0 in their boxes, which is the mean colour of normalised views.

    Args:
        images: (batch, 3, size, size).
        boxes: (batch, 4) of :func:`erased_boxes`, on the CPU.
    """
    top, left, bottom, right = at_device(boxes, images.device)[:, :, None].unbind(dim=1)
    pixels = torch.arange(images.shape[-1], device=images.device)
    rows, columns = (pixels >= top) & (pixels < bottom), (pixels >= left) & (pixels < right)
    return images.masked_fill((rows[:, :, None] & columns[:, None, :])[:, None], 0.0)
