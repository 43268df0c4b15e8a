"""Biases make up for rounded weights: the mean of each channel stays."""

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from search.artifacts.int8.bias_correction import Float32s, correct_biases, rounded

WEIGHTS = arrays.arrays(np.float32, (3, 2, 2), elements=st.floats(-100, 100, width=32))


@given(WEIGHTS)
def test_a_weight_moves_by_half_a_step_of_its_channel_at_most(weight: Float32s) -> None:
    step = np.abs(weight).max(axis=(1, 2), keepdims=True) / 127
    assert (np.abs(rounded(weight) - weight) <= step * 0.501 + np.finfo(np.float32).tiny).all()
    steps = rounded(weight) / np.maximum(step, np.finfo(np.float32).tiny)
    np.testing.assert_allclose(steps, np.round(steps), atol=1e-3)


@pytest.mark.parametrize("attributes", [{"group": 4, "pads": [1, 1, 1, 1], "strides": [2, 2]}, {"pads": [0, 1, 2, 3]}])
def test_the_mean_of_each_channel_is_that_of_exact_weights(attributes: dict[str, object]) -> None:
    rng = np.random.default_rng(0)
    inputs = 4 // int(attributes.get("group", 1))  # type: ignore[call-overload]
    weight = (rng.normal(size=(4, inputs, 3, 3)) * 10.0 ** np.arange(4)[:, None, None, None]).astype(np.float32)
    images = rng.uniform(0, 2, (40, 4, 8, 8)).astype(np.float32)  # more than one batch
    model = _convolution(weight, attributes)
    exact = _means(model, images)
    _replace(model, "weight", rounded(weight))
    without = _means(model, images)
    _replace(model, "weight", weight)
    correct_biases(model, images)
    _replace(model, "weight", rounded(weight))
    scale = np.abs(weight).max(axis=(1, 2, 3))
    np.testing.assert_allclose(_means(model, images) / scale, exact / scale, atol=1e-5)
    assert (np.abs(without - exact) / scale).max() > 1e-3


def _convolution(weight: Float32s, attributes: dict[str, object]) -> onnx.ModelProto:
    images, out = (helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 4, None, None]) for name in "xy")
    node = helper.make_node("Conv", ["x", "weight", "bias"], ["y"], **attributes)
    stored = [
        numpy_helper.from_array(weight, "weight"),
        numpy_helper.from_array(np.arange(4, dtype=np.float32), "bias"),
    ]
    graph = helper.make_graph([node], "one convolution", [images], [out], stored)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


def _replace(model: onnx.ModelProto, name: str, values: Float32s) -> None:
    (tensor,) = [tensor for tensor in model.graph.initializer if tensor.name == name]
    tensor.CopyFrom(numpy_helper.from_array(values, name))


def _means(model: onnx.ModelProto, images: Float32s) -> Float32s:
    (outputs,) = ReferenceEvaluator(model).run(None, {"x": images})
    means: Float32s = outputs.mean(axis=(0, 2, 3))
    return means
