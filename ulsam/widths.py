"""Which networks are narrower ones of others. Knows no weights, so it needs no torch."""

from ulsam.arch import ArchConfig
from ulsam.backbones import Backbone, backbone_shape


def is_narrower(arch: ArchConfig, backbone: Backbone | None, width: float | None) -> bool:
    """Whether ``arch`` has fewer channels than the network of ``backbone`` at ``width``, and is like it else."""
    if width is None or arch.backbone != backbone or arch.width >= width:
        return False
    return backbone_shape(backbone, arch.width) != backbone_shape(backbone, width)
