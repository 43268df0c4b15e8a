"""Biases that make up for rounded weights.

The error of a rounded weight shifts the mean of a channel. Where batch norm had a tiny variance, as depthwise
convolutions often have, a large weight multiplies an input that hardly varies, and the shift is most of the error. Each
bias gives way by that shift: Nagel, van Baalen, Blankevoort, Welling, "Data-Free Quantization Through Weight
Equalization and Bias Correction", ICCV 2019, https://arxiv.org/abs/1906.04721, section 4.2. The shift is computed here
from images instead of batch norms' parameters.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
from onnxruntime import InferenceSession
from torch.nn.functional import conv2d, pad

Float32s = NDArray[np.float32]

_LARGEST = 127  # of the integers that weights are rounded to
_AT_ONCE = 32  # images


def correct_biases(model: ModelProto, images: Float32s) -> None:
    """Changes the bias of each convolution so that rounding its weights leaves the mean of each channel unchanged.

    Args:
        model: in float32, with one input; changed in place.
        images: its inputs, (n, 3, size, size); each convolution's mean is over all of them.
    """
    stored = {tensor.name: tensor for tensor in model.graph.initializer}
    convolutions = [node for node in model.graph.node if node.op_type == "Conv" and len(node.input) == 3]
    means = _mean_inputs(model, convolutions, images)
    for node in convolutions:
        source, weight_name, bias_name = node.input
        weight = numpy_helper.to_array(stored[weight_name])
        bias = numpy_helper.to_array(stored[bias_name]) - _shift(node, means[source], rounded(weight) - weight)
        stored[bias_name].CopyFrom(numpy_helper.from_array(bias.astype(np.float32), bias_name))


def rounded(weight: Float32s) -> Float32s:
    """Returns ``weight`` (out, ...) with each output channel rounded to 255 evenly spaced values around 0."""
    scale = np.abs(weight).max(axis=tuple(range(1, weight.ndim)), keepdims=True) / _LARGEST
    scale = np.where(scale == 0, 1, scale)
    nearest: Float32s = (np.round(weight / scale) * scale).astype(np.float32)
    return nearest


def _shift(node: NodeProto, mean: Float32s, error: Float32s) -> Float32s:
    """Returns by how much ``error``, of the weights, moves the mean of each output channel: (out,).

    A convolution is linear, so the mean of its outputs is its output for the mean of its inputs.

    Args:
        node: the convolution.
        mean: of its inputs, (in, height, width).
        error: of its weights, (out, in / groups, kernel, kernel).
    """
    given = {attribute.name: attribute for attribute in node.attribute}
    top, left, bottom, right = given["pads"].ints if "pads" in given else (0, 0, 0, 0)
    moved = conv2d(
        pad(torch.from_numpy(mean)[None], (left, right, top, bottom)),
        torch.from_numpy(error),
        stride=tuple(given["strides"].ints) if "strides" in given else 1,
        groups=given["group"].i if "group" in given else 1,
    )
    shift: Float32s = moved.mean(dim=(0, 2, 3)).numpy()
    return shift


def _mean_inputs(model: ModelProto, convolutions: Sequence[NodeProto], images: Float32s) -> dict[str, Float32s]:
    """Returns the mean over ``images`` of the input of each convolution, (in, height, width), by its name."""
    (source,) = model.graph.input
    names = sorted({node.input[0] for node in convolutions})
    watched = ModelProto.FromString(model.SerializeToString())
    watched.graph.output.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names)
    session = InferenceSession(watched.SerializeToString(), providers=["CPUExecutionProvider"])
    sums: list[Any] = [0.0] * len(names)
    for batch in _batches(images):
        found = session.run(names, {source.name: batch})
        sums = [total + one.sum(axis=0, dtype=np.float64) for total, one in zip(sums, found, strict=True)]
    return {name: (total / len(images)).astype(np.float32) for name, total in zip(names, sums, strict=True)}


def _batches(images: Float32s) -> Iterator[Float32s]:
    return (images[start : start + _AT_ONCE] for start in range(0, len(images), _AT_ONCE))
