"""The backbones by name, one a file: which blocks there are, how wide, at which stride, and what a block is made of.

Another one is a file beside these, its name in ``Backbone`` and its design in ``DESIGNS``.

Blocks are numbered as torchvision's ``features``: the stem is 0, then 1..13 (V1) or 1..17 (V2).
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, get_args

from ulsam.backbones.design import BackboneDesign
from ulsam.backbones.mobilenet_v1 import MOBILENET_V1
from ulsam.backbones.mobilenet_v2 import MOBILENET_V2
from ulsam.backbones.shape import BackboneShape, BlockShape

__all__ = ["BACKBONES", "DESIGNS", "Backbone", "BackboneDesign", "BackboneShape", "BlockShape", "backbone_shape"]

Backbone = Literal["mobilenet_v1", "mobilenet_v2"]
BACKBONES: tuple[Backbone, ...] = get_args(Backbone)

DESIGNS: Mapping[Backbone, BackboneDesign] = {"mobilenet_v1": MOBILENET_V1, "mobilenet_v2": MOBILENET_V2}


@lru_cache(maxsize=1024)
def backbone_shape(backbone: Backbone, width: float) -> BackboneShape:
    """Returns the channels of a backbone at one width.

    Args:
        backbone: the name of the backbone.
        width: the width multiplier of every layer, above 0.
    """
    return DESIGNS[backbone].at_width(width)
