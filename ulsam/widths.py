"""Which widths give the same channels, and which networks start from weights cut from wider ones. It needs no torch."""

from ulsam.arch import ArchConfig
from ulsam.backbones import DESIGNS, Backbone, backbone_shape


def same_channels(backbone: Backbone, one: float, other: float) -> bool:
    """Whether all layers of ``backbone`` have the same number of channels at two widths.

    Args:
        backbone: the name of the backbone.
        one, other: width multipliers above 0; numbers of channels are rounded.
    """
    return backbone_shape(backbone, one) == backbone_shape(backbone, other)


def is_cut_from(arch: ArchConfig, backbone: Backbone | None, width: float | None) -> bool:
    """Whether ``arch`` starts from weights that are cut from those of ``backbone`` at ``width``; None: of no known one.

    It has fewer channels then, and not so few that it is too narrow.
    """
    if width is None or arch.backbone != backbone or arch.width >= width:
        return False
    return not same_channels(backbone, arch.width, width) and not is_too_narrow(backbone, arch.width, backbone, width)


def is_too_narrow(backbone: Backbone, width: float, trained: Backbone | None, trained_width: float | None) -> bool:
    """Whether a network is too narrow for weights of ``trained`` at ``trained_width``, and starts fresh beside them.

    It adds the input of a block then that the wide network adds none of. Widths are rounded to 8 channels, so V2 does
    beside x1 below x0.28: no channel of such an input belongs to the one that it is added to, and a cut is worth less
    than a fresh start (V2 x0.25 on the grocery photographs at 64 pixels, 8 epochs: 12.2, 15.3 and 11.0 % against 19.7,
    23.0 and 19.2 %, seeds 0 to 2).
    """
    if trained != backbone or trained_width is None or width >= trained_width or not DESIGNS[backbone].residual:
        return False
    pairs = zip(backbone_shape(backbone, width).blocks, backbone_shape(backbone, trained_width).blocks, strict=True)
    return any(one.keeps_shape and not other.keeps_shape for one, other in pairs)
