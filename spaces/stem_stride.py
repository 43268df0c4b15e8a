"""The stride of a network's first convolution."""

from typing import Literal

StemStride = Literal["auto", 1, 2]


def stem_stride_for(input_size: int) -> int:
    """Returns 2 as published, or 1 for images of at most 32 pixels, whose last maps would otherwise be 1x1."""
    return 1 if input_size <= 32 else 2
