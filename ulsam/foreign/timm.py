"""timm's MobileNets: ``mobilenetv2_*`` and ``mobilenetv1_*``, by the names of its EfficientNet.

https://github.com/huggingface/pytorch-image-models/blob/main/timm/models/efficientnet.py
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from torch import Tensor

from ulsam.backbones import DESIGNS, Backbone
from ulsam.foreign.translation import Translation, beneath, translated
from ulsam.pixels import for_imagenet_pixels

_FIRST = "conv_stem.weight"
# How many blocks are in each of timm's stages: its rows, where a repeat begins with another width or stride.
_STAGES: Mapping[Backbone, tuple[int, ...]] = {"mobilenet_v1": (1, 2, 2, 6, 2), "mobilenet_v2": (1, 2, 3, 4, 3, 3, 1)}
_INVERTED = {
    "conv_pw": "conv.0.0",
    "bn1": "conv.0.1",
    "conv_dw": "conv.1.0",
    "bn2": "conv.1.1",
    "conv_pwl": "conv.2",
    "bn3": "conv.3",
}
_SEPARABLE = {"conv_dw": "conv.0.0", "bn1": "conv.0.1", "conv_pw": "conv.1.0", "bn2": "conv.1.1"}
_NOT_EXPANDED = {"conv_dw": "conv.0.0", "bn1": "conv.0.1", "conv_pw": "conv.1", "bn2": "conv.2"}  # V2's first block


def from_timm(tensors: Mapping[str, Tensor]) -> Translation | None:
    """Translates the weights of a network with timm's names.

    Args:
        tensors: weights by name, with or without the prefix of a wrapper.

    Returns:
        The weights by this package's names; None: ``tensors`` have other names.
    """
    found = beneath(tensors, _FIRST)
    if not found:
        return None
    inverted = any(name.endswith(".conv_pwl.weight") for name in found)
    if inverted:
        return translated(found, dict(_names("mobilenet_v2", head=True)))
    translation = translated(found, dict(_names("mobilenet_v1", head="conv_head.weight" in found)))
    stem, mean = "features.0.0.weight", "features.0.1.running_mean"
    if mean in translation.tensors:  # V1 sees pixels from -1 to 1, V2 ImageNet's normalisation
        kernel, shift = for_imagenet_pixels(translation.tensors[stem], translation.tensors[mean])
        translation.tensors.update({stem: kernel, mean: shift})
    return replace(translation, convention="timm")


def _names(backbone: Backbone, *, head: bool) -> Iterator[tuple[str, str]]:
    """Yields timm's name and this package's of each layer. ``head``: whether a convolution follows the blocks."""
    yield "conv_stem", "features.0.0"
    yield "bn1", "features.0.1"
    block = 0
    for stage, repeats in enumerate(_STAGES[backbone]):
        for repeat in range(repeats):
            block += 1
            for theirs, ours in _layers(backbone, block).items():
                yield f"blocks.{stage}.{repeat}.{theirs}", f"features.{block}.{ours}"
    if DESIGNS[backbone].head_channels is not None:
        yield "conv_head", f"features.{block + 1}.0"
        yield "bn2", f"features.{block + 1}.1"
    elif head:  # mobilenetv1_100h: its classifier has other inputs than ours
        return
    yield "classifier", "classifier.1"


def _layers(backbone: Backbone, block: int) -> Mapping[str, str]:
    if backbone == "mobilenet_v1":
        return _SEPARABLE
    return _NOT_EXPANDED if block == 1 else _INVERTED
