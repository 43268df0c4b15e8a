"""SE: squeeze-and-excitation, attention over channels.

Hu, Shen, Sun, "Squeeze-and-Excitation Networks", CVPR 2018, https://arxiv.org/abs/1709.01507
"""

from torch import Tensor, nn


class SqueezeExcite(nn.Module):
    """Scales each channel by a weight between 0 and 1 that depends on all channels' means.

    s = sigmoid(W2 relu(W1 mean(x))), output s * x (equations 2 to 4 of the paper, which has no biases).

    Args:
        channels: m, the channels of the feature map.
        reduction: r; the hidden layer has m/r units, at least one.

    Shape:
        (batch, channels, height, width) in and out.
    """

    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        hidden = max(1, channels // reduction)
        self.excitation = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(channels, hidden, kernel_size=1, bias=False),
            nn.ReLU(inplace=True),
            nn.Conv2d(hidden, channels, kernel_size=1, bias=False),
            nn.Sigmoid(),
        )

    def forward(self, x: Tensor) -> Tensor:
        scaled: Tensor = x * self.excitation(x)
        return scaled
