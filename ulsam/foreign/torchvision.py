"""torchvision's MobileNet-V2, whose names are this package's for every backbone.

https://github.com/pytorch/vision/blob/main/torchvision/models/mobilenetv2.py
"""

from collections.abc import Mapping

from torch import Tensor

from ulsam.foreign.translation import Translation, beneath

_FIRST = "features.0.0.weight"


def from_torchvision(tensors: Mapping[str, Tensor]) -> Translation | None:
    """Translates the weights of a network with torchvision's names.

    Args:
        tensors: weights by name, with or without the prefix of a wrapper.

    Returns:
        The weights by this package's names; None: ``tensors`` have other names.
    """
    found = beneath(tensors, _FIRST)
    return Translation(tensors=dict(found), unknown=()) if found else None
