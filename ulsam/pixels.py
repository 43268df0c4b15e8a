"""How pixels are scaled before a network, and weights for one scale as weights for another.

Networks of torchvision see (pixel - mean) / deviation of ImageNet's images; others see pixels from -1 to 1.
"""

import torch
from torch import Tensor

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
GREY = tuple((0.5 - mean) / std for mean, std in zip(IMAGENET_MEAN, IMAGENET_STD, strict=True))
"""What is 0 from -1 to 1, as an image normalised by ImageNet's mean and deviation has it."""


def for_imagenet_pixels(kernel: Tensor, running_mean: Tensor) -> tuple[Tensor, Tensor]:
    """Converts a first convolution for pixels from -1 to 1 into one for ImageNet's normalisation.

    The outputs are equal if the border around an image has the value :data:`GREY`.

    Args:
        kernel: (out, 3, height, width).
        running_mean: of the norm after the convolution, (out,).

    Returns:
        The new kernel and the new running mean.
    """
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in (IMAGENET_MEAN, IMAGENET_STD))
    return kernel * (2 * std), running_mean - (kernel * (2 * mean - 1)).sum(dim=(1, 2, 3))
