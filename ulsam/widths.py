"""Which widths give the same channels, and which networks are narrower than others. It needs no torch."""

from ulsam.arch import ArchConfig
from ulsam.backbones import Backbone, backbone_shape


def same_channels(backbone: Backbone, one: float, other: float) -> bool:
    """Whether all layers of ``backbone`` have the same channels at both width multipliers, which are rounded."""
    return backbone_shape(backbone, one) == backbone_shape(backbone, other)


def is_narrower(arch: ArchConfig, backbone: Backbone | None, width: float | None) -> bool:
    """Whether ``arch`` is of ``backbone`` and has fewer channels than at ``width``; None: of no known network."""
    if width is None or arch.backbone != backbone or arch.width >= width:
        return False
    return not same_channels(arch.backbone, arch.width, width)
