"""Coordinate attention: over channels, at each row and at each column.

Hou, Zhou, Feng, "Coordinate Attention for Efficient Mobile Network Design", CVPR 2021,
https://arxiv.org/abs/2103.02907
"""

import torch
from torch import Tensor, nn

from ulsam.attention.cost import coordinate_hidden


class CoordinateAttention(nn.Module):
    """Scales each element by two weights between 0 and 1: of its channel and row, and of its channel and column.

    f = hardswish(norm(W [row means; column means])), output x * sigmoid(W_h f_rows) * sigmoid(W_w f_columns)
    (equations 6 to 9 of the paper). The convolutions have no biases, as in timm.

    Args:
        channels: m, the channels of the feature map; the hidden layer has max(8, m/32).

    Shape:
        (batch, channels, height, width) in and out.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        hidden = coordinate_hidden(channels)
        self.conv1 = nn.Conv2d(channels, hidden, kernel_size=1, bias=False)
        self.bn1 = nn.BatchNorm2d(hidden)
        self.act = nn.Hardswish()
        self.conv_h = nn.Conv2d(hidden, channels, kernel_size=1, bias=False)
        self.conv_w = nn.Conv2d(hidden, channels, kernel_size=1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        rows = x.mean(dim=3, keepdim=True)
        columns = x.mean(dim=2, keepdim=True).transpose(2, 3)
        both = self.act(self.bn1(self.conv1(torch.cat((rows, columns), dim=2))))
        rows, columns = both.split((x.shape[2], x.shape[3]), dim=2)
        scaled: Tensor = x * self.conv_h(rows).sigmoid() * self.conv_w(columns.transpose(2, 3)).sigmoid()
        return scaled
