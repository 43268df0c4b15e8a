"""Which widths give the same channels, and which networks start from weights cut from wider ones. It needs no torch."""

from ulsam.arch import ArchConfig
from ulsam.backbones import DESIGNS, Backbone, backbone_shape


def same_channels(backbone: Backbone, one: float, other: float) -> bool:
    """Whether all layers of a backbone have the same number of channels at two widths.

    Args:
        backbone: the name of the backbone.
        one: a width multiplier above 0; numbers of channels are rounded.
        other: the width multiplier to compare with.
    """
    return backbone_shape(backbone, one) == backbone_shape(backbone, other)


def is_cut_from(arch: ArchConfig, backbone: Backbone | None, width: float | None) -> bool:
    """Whether a network starts from weights that are cut from those of a wider one.

    The network then has fewer channels than the trained one, and is not too narrow.

    Args:
        arch: the network.
        backbone: of the trained network; None: unknown.
        width: the width multiplier of the trained network; None: unknown.
    """
    if width is None or arch.backbone != backbone or arch.width >= width:
        return False
    return not same_channels(backbone, arch.width, width) and not is_too_narrow(backbone, arch.width, backbone, width)


def is_too_narrow(backbone: Backbone, width: float, trained: Backbone | None, trained_width: float | None) -> bool:
    """Whether a network is too narrow for trained weights, and therefore starts with fresh ones.

    A network is too narrow if one of its blocks adds its input to its output and the same block of the trained network
    does not. Channels are multiples of 8, so V2 is too narrow for x1 below x0.28: no channel of such an input
    belongs to the channel that it is added to, and a cut is worth less than a fresh start (V2 x0.25 on the grocery
    photographs at 64 pixels, 8 epochs: 12.2, 15.3 and 11.0 % against 19.7, 23.0 and 19.2 %, seeds 0 to 2).

    Args:
        backbone: of the network.
        width: the width multiplier of the network.
        trained: backbone of the trained network; None: unknown.
        trained_width: the width multiplier of the trained network; None: unknown.
    """
    if trained != backbone or trained_width is None or width >= trained_width or not DESIGNS[backbone].residual:
        return False
    pairs = zip(backbone_shape(backbone, width).blocks, backbone_shape(backbone, trained_width).blocks, strict=True)
    return any(one.keeps_shape and not other.keeps_shape for one, other in pairs)
