"""MobileNet-V1: depthwise separable convolutions.

Howard et al., "MobileNets", 2017, table 1, https://arxiv.org/abs/1704.04861
"""

from ulsam.backbones.convolution import Conv, output_size
from ulsam.backbones.design import BackboneDesign, Row
from ulsam.backbones.shape import BlockShape


def _separable_convs(block: BlockShape, size: int) -> tuple[Conv, ...]:
    """Depthwise 3x3, pointwise 1x1, each with a ReLU. ``size``: of the input."""
    out_size = output_size(size, block.stride)
    return (
        Conv(
            role="depthwise",
            in_channels=block.in_channels,
            out_channels=block.in_channels,
            kernel=3,
            stride=block.stride,
            groups=block.in_channels,
            activation="relu",
            size=out_size,
        ),
        Conv(
            role="pointwise",
            in_channels=block.in_channels,
            out_channels=block.out_channels,
            activation="relu",
            size=out_size,
        ),
    )


MOBILENET_V1 = BackboneDesign(
    stem_channels=32,
    rows=(
        Row(64, 1),
        Row(128, 2),
        Row(128, 1),
        Row(256, 2),
        Row(256, 1),
        Row(512, 2),
        *[Row(512, 1)] * 5,
        Row(1024, 2),
        Row(1024, 1),
    ),
    block_convs=_separable_convs,
    residual=False,
    head_channels=None,
    activation="relu",
    dropout=0.0,
    conventions=("torch", "timm", "keras"),
)
