"""Keras Applications' MobileNets: ``MobileNet`` (V1) and ``MobileNetV2``, in any form that Keras saves them in.

Files call a layer as the application does (``block_1_expand/kernel``, before Keras 3 with ``:0`` behind it), or, as
``save_weights`` of Keras 3 does, by its class and a number (``conv2d_2/vars/0``).

https://github.com/keras-team/keras/blob/master/keras/src/applications/mobilenet_v2.py
"""

from collections import Counter
from collections.abc import Iterator, Mapping

from torch import Tensor

from ulsam.backbones import DESIGNS, Backbone
from ulsam.foreign.translation import Translation
from ulsam.pixels import for_imagenet_pixels

_VARIABLES = {
    "kernel": "weight",
    "depthwise_kernel": "weight",
    "bias": "bias",
    "gamma": "weight",
    "beta": "bias",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
}
_OF_NORMS, _OF_OTHERS = ("gamma", "beta", "moving_mean", "moving_variance"), ("kernel", "bias")
_CLASSIFIERS = ("predictions", "Logits", "conv_preds", "dense")
_NORMS = "batch_normalization"
_KERNELS = {"conv2d": (3, 2, 0, 1), "depthwise_conv2d": (2, 3, 0, 1)}  # height, width, in, out as here: out, in, ...


def from_keras(tensors: Mapping[str, Tensor]) -> Translation | None:
    """Translates the weights of a network of Keras Applications.

    Args:
        tensors: weights by their paths in an HDF5 file.

    Returns:
        The weights by this package's names; None: ``tensors`` have other names.
    """
    paths = {path: _layer_and_variable(path) for path in tensors}
    layers = {place[0] for place in paths.values() if place is not None}
    backbone: Backbone = "mobilenet_v1" if {"conv_dw_13", "depthwise_conv2d_12"} & layers else "mobilenet_v2"
    if not {"conv_dw_13", "block_16_depthwise", "depthwise_conv2d_12"} & layers:
        return None
    if "depthwise_conv2d_16" in layers:
        backbone = "mobilenet_v2"
    names = dict(_names(backbone))
    found, unknown = {}, []
    for path, tensor in tensors.items():
        layer, variable = paths[path] or ("", "")
        if layer not in names or variable not in _VARIABLES:
            unknown.append(path)
            continue
        kind, ours = names[layer]
        found[f"{ours}.{_VARIABLES[variable]}"] = _transposed(tensor, kind if "kernel" in variable else None, ours)
    stem, mean = "features.0.0.weight", "features.0.1.running_mean"
    if stem in found and mean in found:
        found[stem], found[mean] = for_imagenet_pixels(found[stem], found[mean])
    return Translation(tensors=found, unknown=tuple(unknown), convention="keras")


def _layer_and_variable(path: str) -> tuple[str, str] | None:
    """Returns the layer and the variable of a path in a file; None: the path has no layer."""
    parts = path.removesuffix(":0").split("/")
    if len(parts) > 2 and parts[-2] == "vars" and parts[-1].isdigit():
        layer, number = parts[-3], int(parts[-1])
        variables = _OF_NORMS if layer.startswith(_NORMS) else _OF_OTHERS
        return (layer, variables[number]) if number < len(variables) else None
    return (parts[-2], parts[-1]) if len(parts) > 1 else None


def _names(backbone: Backbone) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yields both of Keras' names of each layer, with its class there and this package's name."""
    numbers: Counter[str] = Counter()
    for kind, theirs, ours in _layers(backbone):
        number = numbers[kind]
        numbers[kind] += 1
        yield theirs, (kind, ours)
        yield f"{kind}_{number}" if number else kind, (kind, ours)
    classifier = "conv2d" if backbone == "mobilenet_v1" else "dense"
    for theirs in (*_CLASSIFIERS, f"conv2d_{numbers['conv2d']}"):
        yield theirs, (classifier, "classifier.1")


def _layers(backbone: Backbone) -> Iterator[tuple[str, str, str]]:
    """Yields class, Keras' name and this package's name of each layer but the classifier, in order."""
    v1 = backbone == "mobilenet_v1"
    yield "conv2d", "conv1" if v1 else "Conv1", "features.0.0"
    yield _NORMS, "conv1_bn" if v1 else "bn_Conv1", "features.0.1"
    blocks = len(DESIGNS[backbone].rows)
    for block in range(1, blocks + 1):
        roles = ("dw", "pw") if v1 else ("expand", "depthwise", "project")
        for place, role in enumerate(roles if block > 1 or v1 else roles[1:]):
            kind = "depthwise_conv2d" if role in ("dw", "depthwise") else "conv2d"
            theirs = (
                f"conv_{role}_{block}" if v1 else f"block_{block - 1}_{role}" if block > 1 else f"expanded_conv_{role}"
            )
            first = f"features.{block}.conv.{place}"
            # A convolution without an activation lies flat, with its norm behind it.
            ours = (first, f"features.{block}.conv.{place + 1}") if role == "project" else (f"{first}.0", f"{first}.1")
            yield kind, theirs, ours[0]
            yield _NORMS, f"{theirs}_bn" if v1 else f"{theirs}_BN", ours[1]
    if not v1:
        yield "conv2d", "Conv_1", f"features.{blocks + 1}.0"
        yield _NORMS, "Conv_1_bn", f"features.{blocks + 1}.1"


def _transposed(tensor: Tensor, kind: str | None, ours: str) -> Tensor:
    """Returns a kernel with its axes in PyTorch's order; ``kind`` None: the tensor is not a kernel."""
    if kind in _KERNELS and tensor.dim() == 4:
        tensor = tensor.permute(_KERNELS[kind])
        return (tensor.flatten(1) if ours == "classifier.1" else tensor).contiguous()
    return tensor.T.contiguous() if kind is not None and tensor.dim() == 2 else tensor
