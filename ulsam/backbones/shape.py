"""The channels of a backbone at one width."""

from dataclasses import dataclass


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


def round_channels(channels: float, divisor: int = 8) -> int:
    """Returns the nearest multiple of a divisor, never more than 10 % below ``channels``.

    This is the rule of the MobileNet authors' code, which torchvision and timm follow.

    Args:
        channels: the number of channels before rounding, above 0.
        divisor: the divisor, which is also the least result.
    """
    rounded = max(divisor, int(channels + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * channels else rounded
