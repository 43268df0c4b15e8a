"""The network in 8-bit integers answers nearly as in float32, by integers."""

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch

from pipelines.loading.augment import Normaliser
from search.artifacts.formats.format import CLASSES_NAME, InferenceProgram
from search.artifacts.formats.onnx_format import OnnxFormat
from search.artifacts.formats.without_remarks import without_remarks
from search.artifacts.inference_module import InferenceModule
from search.artifacts.int8.onnx_network import OnnxNetwork
from search.artifacts.int8.quantize import quantize
from ulsam import ArchConfig, MobileNet, Placement, build_model

ARCH = ArchConfig(
    backbone="mobilenet_v2",
    width=0.35,
    num_classes=10,
    stem_stride=1,
    placements=(Placement(block=4, mode="insert", groups=4), Placement(block=12, mode="substitute", groups=4)),
    removed=(3, 6, 8, 9, 10, 13, 15, 16),
)
SIZE = 16


def test_it_answers_nearly_as_before_with_integers_inside(tmp_path: Path) -> None:
    torch.manual_seed(0)
    file, out, model = tmp_path / "model.onnx", tmp_path / "model.int8.onnx", _trained()
    _write(model, file)
    rng = np.random.default_rng(0)
    images, others = (rng.uniform(0, 255, (n, 3, SIZE, SIZE)).astype(np.float32) for n in (40, 64))
    with without_remarks():
        quantize(file, images, out)
    before, after = (_session(path).run(None, {"pixels": others})[0] for path in (file, out))
    assert np.abs(after - before).max() < 0.05
    assert not np.array_equal(after, before)
    convolutions = {
        node.input[1].removesuffix("_DequantizeLinear_Output")
        for node in onnx.load(out).graph.node
        if node.op_type == "Conv"
    }
    stored = {tensor.name.removesuffix("_quantized"): tensor for tensor in onnx.load(out).graph.initializer}
    assert len(convolutions) > 20
    assert {stored[name].data_type for name in convolutions} == {onnx.TensorProto.INT8}
    assert json.loads(_session(out).get_modelmeta().custom_metadata_map[CLASSES_NAME]) == ["a", "b"]


def test_as_a_module_it_takes_normalised_images_and_returns_logits(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model, normalise = _trained(), _normalise()
    _write(model, tmp_path / "model.onnx")
    images = normalise(torch.randint(0, 256, (3, 3, SIZE, SIZE)))
    with torch.no_grad():
        expected = model(images).softmax(dim=1)
    logits = OnnxNetwork(tmp_path / "model.onnx", normalise, threads=1)(images)
    torch.testing.assert_close(logits.softmax(dim=1), expected, atol=1e-4, rtol=0)


def _trained() -> MobileNet:
    """A network whose batch norms have seen images, so that activations have usual ranges."""
    model = build_model(ARCH, SIZE)
    with torch.no_grad():
        for _ in range(20):
            model(_normalise()(torch.randint(0, 256, (32, 3, SIZE, SIZE))))
    return model.eval()


def _normalise() -> Normaliser:
    return Normaliser((0.5, 0.4, 0.6), (0.2, 0.3, 0.25), torch.device("cpu"))


def _write(model: MobileNet, file: Path) -> None:
    module = InferenceModule(model, _normalise(), flip_average=False).eval()
    pixels = torch.rand(2, 3, SIZE, SIZE) * 255
    with without_remarks(), torch.no_grad():
        graph = torch.export.export(
            module, (pixels,), dynamic_shapes={"pixels": {0: torch.export.Dim("images", min=1)}}
        )
        program = InferenceProgram(graph=graph, classes='["a", "b"]', pixels=pixels, probabilities=module(pixels))
        OnnxFormat().write(program, file)


def _session(file: Path) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
