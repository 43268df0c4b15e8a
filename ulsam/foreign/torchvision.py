"""torchvision's MobileNet-V2, whose names are this package's for every backbone.

https://github.com/pytorch/vision/blob/main/torchvision/models/mobilenetv2.py
"""

from collections.abc import Mapping

from torch import Tensor

from ulsam.foreign.translation import Translation, beneath

_FIRST = "features.0.0.weight"


def from_torchvision(tensors: Mapping[str, Tensor]) -> Translation | None:
    """The weights of a network with torchvision's names; None: these are others."""
    found = beneath(tensors, _FIRST)
    return Translation(tensors=dict(found), unknown=()) if found else None
