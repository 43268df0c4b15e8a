"""Global context: what all positions have in common, weighed by attention and added to each.

Cao, Xu, Lin, Wei, Hu, "GCNet: Non-local Networks Meet Squeeze-Excitation Networks and Beyond", ICCV workshops 2019,
https://arxiv.org/abs/1904.11492
"""

import torch
from torch import Tensor, nn


class GlobalContext(nn.Module):
    """Adds to each position a vector that depends on the whole map.

    c = sum over positions of softmax(W_k x) * x, output x + W_v2 relu(norm(W_v1 c)) (equation 5 of the paper, figure
    4d). W_v2 begins at 0, so that the module begins as the identity,
    as in the authors' code.

    Args:
        channels: m, the channels of the feature map.
        reduction: r; the hidden layer has m/r units, at least one.

    Shape:
        (batch, channels, height, width) in and out.
    """

    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        hidden = max(1, channels // reduction)
        self.conv_attn = nn.Conv2d(channels, 1, kernel_size=1)
        self.fc1 = nn.Conv2d(channels, hidden, kernel_size=1)
        self.norm = nn.LayerNorm([hidden, 1, 1])
        self.fc2 = nn.Conv2d(hidden, channels, kernel_size=1)
        for tensor in self.fc2.parameters():
            nn.init.zeros_(tensor)

    def forward(self, x: Tensor) -> Tensor:
        weights = self.conv_attn(x).flatten(1).softmax(dim=1)
        context = (x.flatten(2) @ weights.unsqueeze(2)).unsqueeze(3)
        added: Tensor = self.fc2(torch.relu(self.norm(self.fc1(context))))
        return x + added
