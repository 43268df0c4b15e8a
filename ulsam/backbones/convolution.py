"""A convolution before it is built: what a backbone's blocks are made of."""

from dataclasses import dataclass, replace
from typing import Literal

from ulsam.conventions import Convention

Activation = Literal["relu", "relu6"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conv:
    """A convolution without bias and its batch norm; ``size`` is height and width of its output."""

    role: str
    in_channels: int
    out_channels: int
    size: int
    kernel: int = 1
    stride: int = 1
    groups: int = 1
    activation: Activation | None = None
    convention: Convention = "torch"

    def following(self, convention: Convention) -> "Conv":
        """Returns the convolution with the details of another library, where every activation is a ReLU6."""
        if convention == self.convention:
            return self
        return replace(self, convention=convention, activation=None if self.activation is None else "relu6")


def output_size(size: int, stride: int) -> int:
    """Returns the output size of a 3x3 convolution with padding 1, or of any 1x1 convolution.

    Args:
        size: height or width of the input in pixels.
        stride: the stride of the convolution, at least 1.
    """
    return -(-size // stride)
