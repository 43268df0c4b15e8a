"""The rival: ULSAM as its authors compute it, one subspace after the other. Written again from the paper."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Subspace(nn.Module):
    """Equations 1 to 4 for one subspace."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(channels, channels, kernel_size=1, groups=channels)
        self.depthwise_norm = nn.BatchNorm2d(channels)
        self.pointwise = nn.Conv2d(channels, 1, kernel_size=1)
        self.pointwise_norm = nn.BatchNorm2d(1)

    def forward(self, x: Tensor) -> Tensor:
        maps = F.relu(self.depthwise_norm(self.depthwise(x)))
        maps = F.max_pool2d(maps, kernel_size=3, stride=1, padding=1)
        maps = F.relu(self.pointwise_norm(self.pointwise(maps)))
        maps = F.softmax(maps.flatten(1), dim=1).view(maps.shape)
        return x * maps.expand(x.shape) + x


class LoopedULSAM(nn.Module):
    """Splits, loops, concatenates."""

    def __init__(self, channels: int, groups: int) -> None:
        super().__init__()
        self.groups = groups
        self.subspaces = nn.ModuleList(Subspace(channels // groups) for _ in range(groups))

    def forward(self, x: Tensor) -> Tensor:
        parts = torch.chunk(x, self.groups, dim=1)
        return torch.cat([subspace(part) for subspace, part in zip(self.subspaces, parts, strict=True)], dim=1)
