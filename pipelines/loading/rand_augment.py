"""Two operations of fourteen at random: RandAugment as in torchvision's ``transforms.v2`` and its references.

Cubuk et al., "RandAugment: Practical automated data augmentation with a reduced search space", 2019,
https://arxiv.org/abs/1909.13719. Images are warped bilinearly, and black where nothing was.
"""

from collections.abc import Callable
from functools import partial
from math import cos, radians, sin

import torch
import torch.nn.functional
from torch import Tensor
from torchvision.transforms.v2 import functional as F

from pipelines.loading.by_kind import Operation, apply_by_kind, pick
from pipelines.loading.color_jitter import blend, brighten, contrast, saturate

TURNS = 2  # operations an image
STRONGEST = 30  # magnitude

Matrix = tuple[tuple[float, float, float], tuple[float, float, float]]


def rand_augment(images: Tensor, draws: Tensor, magnitude: int) -> Tensor:
    """Applies two operations to each image, one after the other; the two may be the same.

    Args:
        images: (batch, 3, size, size) floats from 0 to 1.
        draws: (batch, 4) uniform numbers on the CPU: for each turn the operation, and its sign.
        magnitude: from 0 to 30, of every operation that has a strength.

    Returns:
        As ``images``.
    """
    named = operations(magnitude, images.shape[-1])
    for kind, sign in draws.view(-1, TURNS, 2).permute(1, 2, 0):
        signs = torch.where(sign < 0.5, -1.0, 1.0)
        images = apply_by_kind(images, pick(kind, len(named)), signs, tuple(named.values()))
    return images


def operations(magnitude: int, size: int) -> dict[str, Operation]:
    """Returns the operations by torchvision's names; each takes images and their signs, -1 or 1.

    Args:
        magnitude: from 0 to 30, of every operation that has a strength.
        size: height and width of the images in pixels.
    """
    share = magnitude / STRONGEST
    shear, strength, angle = 0.3 * share, 0.9 * share, radians(30 * share)
    shift = 2 * int(150 / 331 * size * share) / size  # whole pixels, where the image is 2 wide
    return {
        "Identity": _keep,
        "ShearX": partial(_warp, fixed=_SAME, signed=((0, shear, shear), (0, 0, 0))),
        "ShearY": partial(_warp, fixed=_SAME, signed=((0, 0, 0), (shear, 0, shear))),
        "TranslateX": partial(_warp, fixed=_SAME, signed=((0, 0, -shift), (0, 0, 0))),
        "TranslateY": partial(_warp, fixed=_SAME, signed=((0, 0, 0), (0, 0, -shift))),
        "Rotate": partial(
            _warp,
            fixed=((cos(angle), 0, 0), (0, cos(angle), 0)),
            signed=((0, -sin(angle), 0), (sin(angle), 0, 0)),
        ),
        "Brightness": partial(_by_factor, brighten, strength),
        "Color": partial(_by_factor, saturate, strength),
        "Contrast": partial(_by_factor, contrast, strength),
        "Sharpness": partial(_by_factor, _sharpen, strength),
        "Posterize": partial(_posterize, 8 - round(4 * share)),
        "Solarize": partial(_solarize, 1 - share),
        "AutoContrast": _autocontrast,
        "Equalize": _equalize,
    }


_SAME: Matrix = ((1, 0, 0), (0, 1, 0))


def _keep(images: Tensor, signs: Tensor) -> Tensor:
    return images


def _warp(images: Tensor, signs: Tensor, fixed: Matrix, signed: Matrix) -> Tensor:
    """Warps each image by ``fixed + sign * signed``, from places in the output to places in the input, from -1 to 1."""
    size = images.shape[-1]
    centres = (torch.arange(size, device=images.device) * 2 + 1) / size - 1
    by_x, by_y, shift = (
        torch.stack([fixed[row][column] + signed[row][column] * signs for row in range(2)], dim=1)[:, None, None]
        for column in range(3)
    )  # each (images, 1, 1, 2), of x and y in the input
    grid = by_y * centres[:, None, None] + shift + by_x * centres[:, None]  # (images, size, size, 2)
    return torch.nn.functional.grid_sample(images, grid, padding_mode="zeros", align_corners=False)


def _by_factor(operation: Callable[[Tensor, Tensor], Tensor], strength: float, images: Tensor, signs: Tensor) -> Tensor:
    return operation(images, 1 + strength * signs)


def _sharpen(images: Tensor, factors: Tensor) -> Tensor:
    """Smooths at factor 0, keeps the image at 1; outermost pixels stay. A pixel weighs 5 of 13, each around it 1."""
    rows = images[:, :, :-2] + images[:, :, 1:-1] + images[:, :, 2:]
    around = rows[:, :, :, :-2] + rows[:, :, :, 1:-1] + rows[:, :, :, 2:]
    inner = images[:, :, 1:-1, 1:-1]
    done = images.clone()
    done[:, :, 1:-1, 1:-1] = blend(inner, (around + 4 * inner) / 13, factors)
    return done


def _posterize(bits: int, images: Tensor, signs: Tensor) -> Tensor:
    posterized: Tensor = F.posterize(images, bits)
    return posterized


def _solarize(threshold: float, images: Tensor, signs: Tensor) -> Tensor:
    solarized: Tensor = F.solarize(images, threshold)
    return solarized


def _autocontrast(images: Tensor, signs: Tensor) -> Tensor:
    stretched: Tensor = F.autocontrast(images)
    return stretched


def _equalize(images: Tensor, signs: Tensor) -> Tensor:
    equalized: Tensor = F.equalize(images)
    return equalized
