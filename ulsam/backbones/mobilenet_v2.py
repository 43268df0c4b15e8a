"""MobileNet-V2: inverted residuals with linear bottlenecks.

Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", 2018, table 2 (the rows) and section 6.1
(the head is never narrowed), https://arxiv.org/abs/1801.04381
"""

from ulsam.backbones.convolution import Conv, output_size
from ulsam.backbones.design import BackboneDesign, Row
from ulsam.backbones.shape import BlockShape

# (expansion, output channels, repeats, stride of the first repeat); repeats sum to 17
_STAGES = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))


def _inverted_residual_convs(block: BlockShape, size: int) -> tuple[Conv, ...]:
    """Expand 1x1, depthwise 3x3, project 1x1 with no activation. ``size``: of the input."""
    hidden = block.in_channels * block.expansion
    out_size = output_size(size, block.stride)
    expand = Conv(role="expand", in_channels=block.in_channels, out_channels=hidden, activation="relu6", size=size)
    return (
        *((expand,) if block.expansion != 1 else ()),
        Conv(
            role="depthwise",
            in_channels=hidden,
            out_channels=hidden,
            kernel=3,
            stride=block.stride,
            groups=hidden,
            activation="relu6",
            size=out_size,
        ),
        Conv(role="project", in_channels=hidden, out_channels=block.out_channels, size=out_size),
    )


MOBILENET_V2 = BackboneDesign(
    stem_channels=32,
    rows=tuple(
        Row(channels, stride if repeat == 0 else 1, expansion)
        for expansion, channels, repeats, stride in _STAGES
        for repeat in range(repeats)
    ),
    block_convs=_inverted_residual_convs,
    residual=True,
    head_channels=1280,
    activation="relu6",
    dropout=0.2,
    conventions=("torch", "keras"),
)
