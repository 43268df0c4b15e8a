"""The rows of MobileNet-V1 and MobileNet-V2: which blocks there are, how wide, at which stride.

- Howard et al., "MobileNets", 2017, table 1, https://arxiv.org/abs/1704.04861
- Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", 2018, table 2,
  https://arxiv.org/abs/1801.04381

Blocks are numbered as torchvision's ``features``: the stem is 0, then 1..13 (V1) or 1..17 (V2).
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

Backbone = Literal["mobilenet_v1", "mobilenet_v2"]
BACKBONES: tuple[Backbone, ...] = get_args(Backbone)

# (output channels, stride) of blocks 1..13
_V1_BLOCKS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1))
# (expansion, output channels, repeats, stride of the first repeat); repeats sum to 17
_V2_BLOCKS = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
_STEM_CHANNELS = 32
_V2_HEAD_CHANNELS = 1280


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockShape:
    """One block before its layers are spelt out. ``expansion`` is V2's hidden-to-input ratio, 1 in V1."""

    index: int
    in_channels: int
    out_channels: int
    stride: int
    expansion: int

    @property
    def keeps_shape(self) -> bool:
        """Whether input and output have the same shape, so that ULSAM can stand in the block's place."""
        return self.stride == 1 and self.in_channels == self.out_channels


@dataclass(frozen=True, slots=True, kw_only=True)
class BackboneShape:
    """Channels of a backbone at one width. ``head_channels`` is None where no convolution follows the blocks."""

    stem_channels: int
    blocks: tuple[BlockShape, ...]
    head_channels: int | None

    @property
    def feature_channels(self) -> int:
        """Channels that reach the classifier."""
        return self.head_channels or self.blocks[-1].out_channels


@lru_cache(maxsize=1024)
def backbone_shape(backbone: Backbone, width: float) -> BackboneShape:
    """The channels of ``backbone`` with every layer's width multiplied by ``width`` (above 0)."""
    stem = round_channels(_STEM_CHANNELS * width)
    if backbone == "mobilenet_v1":
        rows = [(1, channels, stride) for channels, stride in _V1_BLOCKS]
        head = None
    else:
        rows = [
            (expansion, channels, stride if repeat == 0 else 1)
            for expansion, channels, repeats, stride in _V2_BLOCKS
            for repeat in range(repeats)
        ]
        # The head is never narrowed below its full width (section 6.1 of the V2 paper).
        head = round_channels(_V2_HEAD_CHANNELS * max(1.0, width))

    blocks: list[BlockShape] = []
    in_channels = stem
    for index, (expansion, channels, stride) in enumerate(rows, start=1):
        out_channels = round_channels(channels * width)
        blocks.append(
            BlockShape(
                index=index, in_channels=in_channels, out_channels=out_channels, stride=stride, expansion=expansion
            )
        )
        in_channels = out_channels
    return BackboneShape(stem_channels=stem, blocks=tuple(blocks), head_channels=head)


def round_channels(channels: float, divisor: int = 8) -> int:
    """The nearest multiple of ``divisor``, never below it and never more than 10 % below ``channels``.

    The rule of the MobileNet authors' code, which torchvision and timm follow.
    """
    rounded = max(divisor, int(channels + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * channels else rounded
