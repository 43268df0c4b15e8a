"""SimAM: attention without parameters, from how far each element is from the mean of its channel.

Yang, Zhang, Li, Xie, "SimAM: A Simple, Parameter-Free Attention Module for Convolutional Neural Networks", ICML 2021,
https://proceedings.mlr.press/v139/yang21o.html
"""

from torch import Tensor, nn

_LAMBDA = 1e-4  # the paper's regularisation


class SimAM(nn.Module):
    """Scales each element by a weight between 0 and 1: the more it differs from its channel's mean, the higher.

    The energy of an element t is e = 4 (v + lambda) / ((t - mean)^2 + 2 v + 2 lambda), v the variance of its channel
    (equation 5 of the paper); the output is sigmoid(1 / e) * x (equation 6). As in the authors' code, the variance has
    the divisor height * width - 1. A map of one position has no variance; its weight is sigmoid(1 / 2).

    Shape:
        (batch, channels, height, width) in and out.
    """

    def forward(self, x: Tensor) -> Tensor:
        squares = (x - x.mean(dim=(2, 3), keepdim=True)).square()
        variance = squares.sum(dim=(2, 3), keepdim=True) / max(1, x.shape[2] * x.shape[3] - 1)
        return x * (squares / (4 * (variance + _LAMBDA)) + 0.5).sigmoid()
