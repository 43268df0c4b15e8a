"""The network as other programs have it."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from pipelines.loading.augment import Normaliser
from search.artifacts import portable
from search.artifacts.model import load_model
from search.artifacts.network import ExportedNetwork
from search.errors import NotPortableError
from tests.helpers import Shell
from ulsam import ArchConfig, MobileNet, build_model


@pytest.mark.parametrize("flip_average", [False, True])
def test_onnx_and_torch_export_answer_as_the_network_does(finished: Shell, tmp_path: Path, flip_average: bool) -> None:
    network, _ = load_model(_exported(finished, tmp_path))
    network = network.model_copy(update={"recipe": replace(network.recipe, flip_average=flip_average)})
    torch.manual_seed(0)
    model = build_model(network.arch, network.recipe.input_size).eval()
    portable.write_portable(network, model, tmp_path)
    size = network.recipe.input_size
    pixels = torch.randint(0, 256, (5, 3, size, size)).float()
    normalise = Normaliser(network.data.mean, network.data.std, torch.device("cpu"))
    images = normalise(pixels)
    views = [images, images.flip(3)] if flip_average else [images]
    expected = torch.stack([model(view) for view in views]).mean(dim=0).softmax(dim=1).detach().numpy()
    session = onnxruntime.InferenceSession(tmp_path / portable.ONNX_NAME, providers=["CPUExecutionProvider"])
    (answer,) = session.run(None, {"pixels": pixels.numpy()})
    np.testing.assert_allclose(answer, expected, atol=portable.TOLERANCE)
    classes = session.get_modelmeta().custom_metadata_map[portable.CLASSES_NAME]
    assert tuple(json.loads(classes)) == network.data.classes
    inside = {portable.CLASSES_NAME: ""}
    program = torch.export.load(tmp_path / portable.PROGRAM_NAME, extra_files=inside)
    np.testing.assert_allclose(program.module()(pixels[:1]).detach().numpy(), expected[:1], atol=portable.TOLERANCE)
    assert json.loads(inside[portable.CLASSES_NAME]) == json.loads(classes)


def test_an_answer_that_differs_is_not_exported(
    finished: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Off(onnxruntime.InferenceSession):  # type: ignore[misc]
        by = 0.5 * portable.TOLERANCE

        def run(self, *arguments: object) -> list[np.ndarray]:
            return [answer + self.by for answer in super().run(*arguments)]

    monkeypatch.setattr(onnxruntime, "InferenceSession", Off)
    network, model = _small(finished, tmp_path)
    portable.write_portable(network, model, tmp_path)
    Off.by = 2 * portable.TOLERANCE
    with pytest.raises(NotPortableError) as refused:
        portable.write_portable(network, model, tmp_path)
    assert refused.value.where == portable.ONNX_NAME


def test_what_can_not_be_written_is_said_in_one_line(finished: Shell, tmp_path: Path) -> None:
    network, model = _small(finished, tmp_path)
    with pytest.raises(NotPortableError) as refused:
        portable.write_portable(network, model, tmp_path / "no such folder")
    assert refused.value.__cause__ is not None
    assert "\n" not in str(refused.value)


def _small(finished: Shell, tmp_path: Path) -> tuple[ExportedNetwork, MobileNet]:
    """An exported network with another of half as many layers in its place, which takes half as long to write."""
    arch = ArchConfig(backbone="mobilenet_v1", width=0.1, num_classes=10, stem_stride=1)
    network = ExportedNetwork.load(_exported(finished, tmp_path)).model_copy(update={"arch": arch})
    return network, build_model(arch, network.recipe.input_size).eval()


def _exported(finished: Shell, tmp_path: Path) -> Path:
    finished.run("export", "tiny", "--no-portable", "--out", tmp_path / "best")
    return tmp_path / "best"
