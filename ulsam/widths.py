"""Which widths give the same channels, and which networks start from weights cut from wider ones. It needs no torch."""

from ulsam.arch import ArchConfig
from ulsam.backbones import DESIGNS, Backbone, backbone_shape


def same_channels(backbone: Backbone, one: float, other: float) -> bool:
    """Whether all layers of ``backbone`` have the same channels at both width multipliers, which are rounded."""
    return backbone_shape(backbone, one) == backbone_shape(backbone, other)


def is_cut_from(arch: ArchConfig, backbone: Backbone | None, width: float | None) -> bool:
    """Whether ``arch`` starts from weights that are cut from those of ``backbone`` at ``width``; None: of no known one.

    It has fewer channels then, and adds the input of no block that the wide network adds none of. Widths are rounded to
    8 channels, so V2 from x1 does below x0.28: no channel of such an input belongs to the one that it is added to, and
    such a cut is worth less than a fresh start (V2 x0.25 on the grocery photographs at 64 pixels, 8 epochs: 12.2, 15.3
    and 11.0 % against 19.7, 23.0 and 19.2 %, seeds 0 to 2).
    """
    if width is None or arch.backbone != backbone or arch.width >= width:
        return False
    return not same_channels(arch.backbone, arch.width, width) and not _adds_more(arch.backbone, arch.width, width)


def _adds_more(backbone: Backbone, narrow: float, wide: float) -> bool:
    """Whether a block adds its input at the ``narrow`` width and not at the ``wide`` one."""
    pairs = zip(backbone_shape(backbone, narrow).blocks, backbone_shape(backbone, wide).blocks, strict=True)
    return DESIGNS[backbone].residual and any(one.keeps_shape and not other.keeps_shape for one, other in pairs)
