"""A convolution that pads as other libraries do."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class PaddedConv2d(nn.Conv2d):
    """A square convolution without bias, named as any other.

    Args:
        in_channels, out_channels, kernel, stride, groups: as of ``nn.Conv2d``.
        late: pads only as much as needed, as Keras does; if the number is odd, the extra row or column is below or
            right.
        border: a value for each channel around the map; None: 0.

    Shape:
        (batch, in_channels, height, width) in, (batch, out_channels, height / stride, width / stride) out, rounded up.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel: int,
        *,
        stride: int,
        groups: int,
        late: bool,
        border: tuple[float, ...] | None = None,
    ) -> None:
        super().__init__(in_channels, out_channels, kernel, stride=stride, groups=groups, bias=False)
        self.late = late
        self.border = border

    def forward(self, input: Tensor) -> Tensor:
        sides = (*self._sides(input.shape[3]), *self._sides(input.shape[2]))
        if self.border is None:
            return super().forward(F.pad(input, sides))
        channels = zip(input.chunk(len(self.border), dim=1), self.border, strict=True)
        return super().forward(torch.cat([F.pad(channel, sides, value=around) for channel, around in channels], dim=1))

    def _sides(self, size: int) -> tuple[int, int]:
        """Returns the padding before and after a map of ``size`` pixels."""
        kernel, stride = self.kernel_size[0], self.stride[0]
        if not self.late:
            return kernel // 2, kernel // 2
        padding = max(0, (-(-size // stride) - 1) * stride + kernel - size)
        return padding // 2, padding - padding // 2
