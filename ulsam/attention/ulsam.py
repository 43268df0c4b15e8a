"""ULSAM: Ultra-Lightweight Subspace Attention Module.

Saini, Jha, Das, Mittal, Mohan, "ULSAM: Ultra-Lightweight Subspace Attention Module for Compact
Convolutional Neural Networks", WACV 2020, https://arxiv.org/abs/2006.15102
"""

import torch
from torch import Tensor, nn


class ULSAM(nn.Module):
    """Learns one attention map for each of ``groups`` subspaces of the channels.

    For every subspace F_n of m/g channels (equations 1 to 4 of the paper):

    - A_n = softmax(PW(maxpool3x3(DW1x1(F_n)))), the softmax taken over the h*w positions,
    - output F_n * A_n + F_n.

    The subspaces are concatenated again, so the shape of the input is kept. All of them are computed at
    once: a depthwise convolution does not mix channels, and a pointwise convolution with ``groups``
    groups is ``groups`` pointwise convolutions side by side.

    Args:
        channels: m, the channels of the feature map.
        groups: g, the number of subspaces; divides ``channels``.

    Shape:
        (batch, channels, height, width) in and out.

    Raises:
        ValueError: ``groups`` does not divide ``channels``, or one of them is below 1.
    """

    def __init__(self, channels: int, groups: int) -> None:
        super().__init__()
        if channels < 1 or groups < 1 or channels % groups:
            raise ValueError(
                f"ULSAM needs groups that divide the channels, got {channels} channels and {groups} groups"
            )
        self.channels = channels
        self.groups = groups
        self.depthwise = nn.Conv2d(channels, channels, kernel_size=1, groups=channels)
        self.depthwise_norm = nn.BatchNorm2d(channels)
        self.pointwise = nn.Conv2d(channels, groups, kernel_size=1, groups=groups)
        self.pointwise_norm = nn.BatchNorm2d(groups)
        self.pool = nn.MaxPool2d(kernel_size=3, stride=1, padding=1)

    def attention(self, x: Tensor) -> Tensor:
        """The g attention maps, (batch, groups, height, width); each sums to 1 over its positions."""
        maps = torch.relu(self.depthwise_norm(self.depthwise(x)))
        maps = torch.relu(self.pointwise_norm(self.pointwise(self.pool(maps))))
        return maps.flatten(2).softmax(dim=2).view(maps.shape)

    def forward(self, x: Tensor) -> Tensor:
        maps = self.attention(x).unsqueeze(2)  # (batch, g, 1, height, width)
        batch, channels, height, width = x.shape
        subspaces = x.view(batch, self.groups, channels // self.groups, height, width)
        return (subspaces + subspaces * maps).flatten(1, 2)

    def extra_repr(self) -> str:
        return f"channels={self.channels}, groups={self.groups}"
