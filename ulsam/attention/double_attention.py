"""A2-Net's double attention: gathers features of the whole map, then hands them out again.

Chen, Kalantidis, Li, Yan, Feng, "A2-Nets: Double Attention Networks", NeurIPS 2018,
https://arxiv.org/abs/1810.11579
"""

from torch import Tensor, nn


class DoubleAttention(nn.Module):
    """Adds to each position the global descriptors that it asks for.

    - G = A softmax(B)^T, the softmax over positions: t descriptors of t channels (equation 3 of the paper),
    - Z = G softmax(V), the softmax over descriptors: what each position asks for (equation 5),
    - output conv1x1(Z) + x, as the paper places it in residual networks.

    Args:
        channels: m, the channels of the feature map.
        reduction: the descriptors' number and channels are t = m/reduction, at least one.

    Shape:
        (batch, channels, height, width) in and out.
    """

    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        inner = max(1, channels // reduction)
        self.features = nn.Conv2d(channels, inner, kernel_size=1)  # A
        self.gathering = nn.Conv2d(channels, inner, kernel_size=1)  # B
        self.distribution = nn.Conv2d(channels, inner, kernel_size=1)  # V
        self.out = nn.Conv2d(inner, channels, kernel_size=1)

    def forward(self, x: Tensor) -> Tensor:
        features = self.features(x).flatten(2)  # (batch, t, h*w)
        gathering = self.gathering(x).flatten(2).softmax(dim=2)
        distribution = self.distribution(x).flatten(2).softmax(dim=1)
        descriptors = features @ gathering.mT  # (batch, t, t)
        z = (descriptors @ distribution).reshape(x.shape[0], self.out.in_channels, *x.shape[2:])
        added: Tensor = x + self.out(z)
        return added
