"""ECA: efficient channel attention, from each channel's mean and those of its neighbours.

Wang, Wu, Zhu, Li, Zuo, Hu, "ECA-Net: Efficient Channel Attention for Deep Convolutional Neural Networks", CVPR 2020,
https://arxiv.org/abs/1910.03151
"""

from torch import Tensor, nn

from ulsam.attention.cost import eca_kernel


class ECA(nn.Module):
    """Scales each channel by a weight between 0 and 1 that depends on the means of k channels around it.

    s = sigmoid(conv1d_k(mean(x))), output s * x (equation 7 of the paper); k grows with the logarithm of the number of
    channels (equation 12), see :func:`~ulsam.attention.cost.eca_kernel`.

    Args:
        channels: m, the channels of the feature map.

    Shape:
        (batch, channels, height, width) in and out.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        kernel = eca_kernel(channels)
        self.conv = nn.Conv1d(1, 1, kernel, padding=kernel // 2, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        means = x.mean(dim=(2, 3)).unsqueeze(1)  # channels side by side, as the positions of one channel
        scaled: Tensor = x * self.conv(means).sigmoid().transpose(1, 2).unsqueeze(3)
        return scaled
