"""The non-local block: every position attends to every other.

Wang, Girshick, Gupta, He, "Non-local Neural Networks", CVPR 2018, https://arxiv.org/abs/1711.07971
"""

from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention


class NonLocal(nn.Module):
    """Adds to each position a weighted mean of all positions, weighted by an embedded Gaussian.

    y_i = sum_j softmax_j(theta(x_i) . phi(x_j)) g(x_j), output W_z(y) + x (equations 4 to 6 of the paper). A
    norm that begins at zero follows W_z, so a new block is the identity (section 4.1).

    Args:
        channels: m, the channels of the feature map; the embeddings have m/2.

    Shape:
        (batch, channels, height, width) in and out.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        inner = max(1, channels // 2)
        self.theta = nn.Conv2d(channels, inner, kernel_size=1)
        self.phi = nn.Conv2d(channels, inner, kernel_size=1)
        self.g = nn.Conv2d(channels, inner, kernel_size=1)
        self.out = nn.Conv2d(inner, channels, kernel_size=1)
        self.out_norm = nn.BatchNorm2d(channels)
        nn.init.zeros_(self.out_norm.weight)

    def forward(self, x: Tensor) -> Tensor:
        # (batch, inner, h, w) to (batch, 1, h*w, inner): one head, its positions as a sequence
        query, key, value = (embed(x).flatten(2).mT.unsqueeze(1) for embed in (self.theta, self.phi, self.g))
        y = scaled_dot_product_attention(query, key, value, scale=1.0)  # the paper does not scale
        y = y.squeeze(1).mT.reshape(x.shape[0], self.g.out_channels, *x.shape[2:])
        added: Tensor = x + self.out_norm(self.out(y))
        return added
