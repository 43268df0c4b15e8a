"""ULSAM: Ultra-Lightweight Subspace Attention Module.

Saini, Jha, Das, Mittal, Mohan, "ULSAM: Ultra-Lightweight Subspace Attention Module for Compact
Convolutional Neural Networks", WACV 2020, https://arxiv.org/abs/2006.15102
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ulsam.errors import InvalidError

_ONEDNN_BATCH = 16  # from which on PyTorch hands 1x1 convolutions to oneDNN however many threads there are


class GroupsError(InvalidError):
    """Channels can't be divided into so many groups.

    Attributes:
        channels, groups: as given.
    """

    def __init__(self, channels: int, groups: int) -> None:
        super().__init__(f"ULSAM needs groups that divide the channels, got {channels} channels and {groups} groups")
        self.channels = channels
        self.groups = groups


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
        GroupsError: ``groups`` does not divide ``channels``, or one of them is below 1.
    """

    def __init__(self, channels: int, groups: int) -> None:
        super().__init__()
        if channels < 1 or groups < 1 or channels % groups:
            raise GroupsError(channels, groups)
        self.channels = channels
        self.groups = groups
        self.depthwise = nn.Conv2d(channels, channels, kernel_size=1, groups=channels)
        self.depthwise_norm = nn.BatchNorm2d(channels)
        self.pointwise = nn.Conv2d(channels, groups, kernel_size=1, groups=groups)
        self.pointwise_norm = nn.BatchNorm2d(groups)
        self.pool = nn.MaxPool2d(kernel_size=3, stride=1, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        raised = 1 + self.attention(x)  # F * A + F of the paper, read and written once
        if _compiling():
            # Compilers keep the memory format of products of four dimensions only.
            raised = raised.unsqueeze(2).expand(-1, -1, self.channels // self.groups, -1, -1).flatten(1, 2)
            return (x * raised).to(x.dtype)
        batch, channels, height, width = x.shape
        subspaces = x.view(batch, self.groups, channels // self.groups, height, width)
        return (subspaces * raised.unsqueeze(2)).to(x.dtype).flatten(1, 2)

    def attention(self, x: Tensor) -> Tensor:
        """Returns the g attention maps of a batch, (batch, groups, height, width); each sums to 1 over its positions.

        The maps are at least float32: a map of n positions has values near 1/n, which half precision loses in 1 + A.

        Args:
            x: the input of the module, (batch, channels, height, width).
        """
        if _eager_on_cpu(x):
            # There pooling and depthwise convolutions are several times as fast with the channels last.
            x = x.contiguous(memory_format=torch.channels_last)
        maps = torch.relu_(self.depthwise_norm(self._scale(x)))
        maps = torch.relu_(self.pointwise_norm(self._join(self.pool(maps))))
        precision = torch.promote_types(x.dtype, torch.float32)
        return maps.flatten(2).softmax(dim=2, dtype=precision).view(maps.shape)

    def _scale(self, x: Tensor) -> Tensor:
        """The depthwise 1x1 convolution: each channel times its weight."""
        conv = self.depthwise
        assert conv.bias is not None
        if _compiling():
            return x * conv.weight.view(1, -1, 1, 1) + conv.bias.view(1, -1, 1, 1)  # joined with what follows
        watched = conv._forward_hooks or conv._forward_pre_hooks  # which only a call of the module runs
        small = _eager_on_cpu(x) and x.shape[0] < _ONEDNN_BATCH
        if small and torch.get_num_threads() == 1 and not watched:
            # A single thread does small batches of 1x1 convolutions without oneDNN, which makes a depthwise one tens
            # of times slower. A dilation, which changes nothing in a 1x1 convolution, sends it there.
            return F.conv2d(x, conv.weight, conv.bias, groups=self.channels, dilation=2)
        scaled: Tensor = conv(x)
        return scaled

    def _join(self, maps: Tensor) -> Tensor:
        """The pointwise convolution: one map of each subspace, (batch, groups, height, width)."""
        conv = self.pointwise
        assert conv.bias is not None
        if not _compiling() or (maps.device.type == "cpu" and maps.is_contiguous(memory_format=torch.channels_last)):
            joined: Tensor = conv(maps)
            return joined
        batch, _, height, width = maps.shape
        weighed = maps.view(batch, self.groups, self.channels // self.groups, height, width) * conv.weight.view(
            1, self.groups, -1, 1, 1
        )
        return weighed.sum(dim=2) + conv.bias.view(1, -1, 1, 1)

    def extra_repr(self) -> str:
        return f"channels={self.channels}, groups={self.groups}"


def _compiling() -> bool:
    """Whether a compiler will join elementwise work; an export keeps the convolutions that others recognise."""
    return torch.compiler.is_compiling() and not torch.compiler.is_exporting()


def _eager_on_cpu(x: Tensor) -> bool:
    return x.device.type == "cpu" and not torch.compiler.is_compiling()
