"""CBAM: attention over channels, then over positions.

Woo, Park, Lee, Kweon, "CBAM: Convolutional Block Attention Module", ECCV 2018,
https://arxiv.org/abs/1807.06521
"""

import torch
from torch import Tensor, nn


class CBAM(nn.Module):
    """Scales each channel, then each position, by a weight between 0 and 1.

    - M_c = sigmoid(W1 relu(W0 mean(x)) + W1 relu(W0 max(x))), one number a channel (equation 2 of the paper),
    - M_s = sigmoid(conv7x7([mean over channels; max over channels])), one number a position (equation 3; a
      norm follows the convolution, as in the authors' code).

    Args:
        channels: m, the channels of the feature map.
        reduction: r; the hidden layer has m/r units, at least one.
        kernel_size: of the convolution over positions.

    Shape:
        (batch, channels, height, width) in and out.
    """

    def __init__(self, channels: int, reduction: int = 16, kernel_size: int = 7) -> None:
        super().__init__()
        hidden = max(1, channels // reduction)
        self.mlp = nn.Sequential(
            nn.Conv2d(channels, hidden, kernel_size=1, bias=False),
            nn.ReLU(inplace=True),
            nn.Conv2d(hidden, channels, kernel_size=1, bias=False),
        )
        self.spatial = nn.Conv2d(2, 1, kernel_size, padding=kernel_size // 2, bias=False)
        self.spatial_norm = nn.BatchNorm2d(1)

    def forward(self, x: Tensor) -> Tensor:
        pooled = self.mlp(x.mean(dim=(2, 3), keepdim=True)) + self.mlp(x.amax(dim=(2, 3), keepdim=True))
        x = x * torch.sigmoid(pooled)
        summary = torch.cat((x.mean(dim=1, keepdim=True), x.amax(dim=1, keepdim=True)), dim=1)
        return x * torch.sigmoid(self.spatial_norm(self.spatial(summary)))
