"""BAM: attention over channels and over positions, side by side.

Park, Woo, Lee, Kweon, "BAM: Bottleneck Attention Module", BMVC 2018, https://arxiv.org/abs/1807.06514
"""

import torch
from torch import Tensor, nn


class BAM(nn.Module):
    """Raises what a channel branch and a spatial branch agree on: x + x * sigmoid(M_c + M_s).

    - M_c = norm(W1 relu(W0 mean(x) + b0) + b1), one number a channel (equation 3 of the paper),
    - M_s = norm(conv1x1(conv3x3(conv3x3(conv1x1(x))))), one number a position, the 3x3 convolutions dilated
      (equation 4); norm and ReLU follow each convolution but the last, as in the authors' code.

    Args:
        channels: m, the channels of the feature map.
        reduction: r; the hidden layers have m/r channels, at least one.
        dilation: of the 3x3 convolutions.

    Shape:
        (batch, channels, height, width) in and out.
    """

    def __init__(self, channels: int, reduction: int = 16, dilation: int = 4) -> None:
        super().__init__()
        hidden = max(1, channels // reduction)
        self.channel = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(channels, hidden, kernel_size=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(hidden, channels, kernel_size=1),
        )
        self.channel_norm = nn.BatchNorm2d(channels)
        self.spatial = nn.Sequential(
            *_conv_norm_relu(channels, hidden),
            *_conv_norm_relu(hidden, hidden, kernel_size=3, dilation=dilation),
            *_conv_norm_relu(hidden, hidden, kernel_size=3, dilation=dilation),
            nn.Conv2d(hidden, 1, kernel_size=1),
        )
        self.spatial_norm = nn.BatchNorm2d(1)

    def forward(self, x: Tensor) -> Tensor:
        channel: Tensor = self.channel_norm(self.channel(x))
        spatial: Tensor = self.spatial_norm(self.spatial(x))
        return x + x * torch.sigmoid(channel + spatial)


def _conv_norm_relu(
    in_channels: int, out_channels: int, kernel_size: int = 1, dilation: int = 1
) -> tuple[nn.Module, ...]:
    padding = dilation * (kernel_size // 2)
    conv = nn.Conv2d(in_channels, out_channels, kernel_size, padding=padding, dilation=dilation)
    return conv, nn.BatchNorm2d(out_channels), nn.ReLU(inplace=True)
