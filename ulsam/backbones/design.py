"""What a backbone is, at any width."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from ulsam.backbones.convolution import Activation, Conv
from ulsam.backbones.shape import BackboneShape, BlockShape, round_channels
from ulsam.conventions import Convention


class Row(NamedTuple):
    """One block at full width."""

    channels: int
    stride: int
    expansion: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class BackboneDesign:
    """A stem, blocks of one kind, perhaps a head, and a classifier.

    Attributes:
        stem_channels: of the 3x3 convolution before the blocks, at full width.
        rows: the blocks, from the first to the last.
        block_convs: the layers of a block, given its input's height and width.
        residual: whether a block that keeps its shape adds its input to its output.
        head_channels: of the 1x1 convolution after the blocks, never narrowed below its full width; None: there is
            no such convolution.
        activation: after the stem and the head.
        dropout: before the classifier.
        conventions: of libraries whose networks differ.
    """

    stem_channels: int
    rows: tuple[Row, ...]
    block_convs: Callable[[BlockShape, int], tuple[Conv, ...]]
    residual: bool
    head_channels: int | None
    activation: Activation
    dropout: float
    conventions: tuple[Convention, ...] = ("torch",)

    def at_width(self, width: float) -> BackboneShape:
        """Returns the channels of the backbone with the width of every layer multiplied by ``width``, above 0."""
        stem = round_channels(self.stem_channels * width)
        blocks: list[BlockShape] = []
        in_channels = stem
        for index, row in enumerate(self.rows, start=1):
            out_channels = round_channels(row.channels * width)
            blocks.append(
                BlockShape(
                    index=index,
                    in_channels=in_channels,
                    out_channels=out_channels,
                    stride=row.stride,
                    expansion=row.expansion,
                )
            )
            in_channels = out_channels
        head = None if self.head_channels is None else round_channels(self.head_channels * max(1.0, width))
        return BackboneShape(stem_channels=stem, blocks=tuple(blocks), head_channels=head)
