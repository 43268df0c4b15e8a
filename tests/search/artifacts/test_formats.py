"""The network as other programs have it."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch

from pipelines.loading.augment import Normaliser
from search.analysis.front import pareto_front
from search.api.formats import NotInstalledError
from search.artifacts.formats.format import CLASSES_NAME, InferenceProgram
from search.artifacts.formats.names import DEFAULT_FORMATS, FORMAT_FILES, FORMAT_PACKAGES
from search.artifacts.formats.onnx_format import TOLERANCE
from search.artifacts.formats.write import FORMATS, describe_formats, write_formats
from search.artifacts.inference_module import inference_module
from search.artifacts.network import ExportedNetwork
from search.artifacts.write import network_of, write_network
from search.errors import NotPortableError
from search.study.folder import RunFolder
from tests.helpers import Shell
from ulsam import ArchConfig, MobileNet, Placement, build_model

# Networks take as long to write as they have layers.
SMALL_V1 = ArchConfig(
    backbone="mobilenet_v1", width=0.1, num_classes=10, stem_stride=1, removed=(3, 5, 7, 8, 9, 10, 11, 13)
)
SMALL_V2 = ArchConfig(
    backbone="mobilenet_v2",
    width=0.2,
    num_classes=10,
    stem_stride=1,
    placements=(Placement(block=4, mode="insert", groups=4), Placement(block=12, mode="substitute", groups=4)),
    removed=(3, 6, 8, 9, 10, 13, 15, 16),  # block 5 stays, with a connection past it
)


@pytest.mark.parametrize("flip_average", [False, True])
def test_onnx_and_torch_export_answer_as_the_network_does(finished: Shell, tmp_path: Path, flip_average: bool) -> None:
    torch.manual_seed(0)
    network, model = _small(finished, tmp_path, SMALL_V2)
    network = network.model_copy(update={"recipe": replace(network.recipe, flip_average=flip_average)})
    write_formats(network, model, tmp_path, DEFAULT_FORMATS)
    size = network.input_size
    pixels = torch.randint(0, 256, (5, 3, size, size)).float()
    normalise = Normaliser(network.data.mean, network.data.std, torch.device("cpu"))
    images = normalise(pixels)
    views = [images, images.flip(3)] if flip_average else [images]
    expected = torch.stack([model(view) for view in views]).mean(dim=0).softmax(dim=1).detach().numpy()
    session = onnxruntime.InferenceSession(tmp_path / FORMAT_FILES["onnx"], providers=["CPUExecutionProvider"])
    (answer,) = session.run(None, {"pixels": pixels.numpy()})
    np.testing.assert_allclose(answer, expected, atol=TOLERANCE)
    classes = session.get_modelmeta().custom_metadata_map[CLASSES_NAME]
    assert tuple(json.loads(classes)) == network.data.classes
    inside = {CLASSES_NAME: ""}
    program = torch.export.load(tmp_path / FORMAT_FILES["torch_export"], extra_files=inside)
    np.testing.assert_allclose(program.module()(pixels[:1]).detach().numpy(), expected[:1], atol=TOLERANCE)
    assert json.loads(inside[CLASSES_NAME]) == json.loads(classes)


def test_an_answer_that_differs_is_not_exported(
    finished: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Off(onnxruntime.InferenceSession):  # type: ignore[misc]
        by = 0.5 * TOLERANCE

        def run(self, *arguments: object) -> list[np.ndarray]:
            return [answer + self.by for answer in super().run(*arguments)]

    monkeypatch.setattr(onnxruntime, "InferenceSession", Off)
    network, model = _small(finished, tmp_path)
    write_formats(network, model, tmp_path, ("onnx",))
    Off.by = 2 * TOLERANCE
    with pytest.raises(NotPortableError) as refused:
        write_formats(network, model, tmp_path, ("onnx",))
    assert refused.value.where == FORMAT_FILES["onnx"]


def test_what_can_not_be_written_is_said_in_one_line(finished: Shell, tmp_path: Path) -> None:
    network, model = _small(finished, tmp_path)
    with pytest.raises(NotPortableError) as refused:
        write_formats(network, model, tmp_path / "no such folder", DEFAULT_FORMATS)
    assert refused.value.__cause__ is not None
    assert "\n" not in str(refused.value)


def test_executorch_answers_as_the_network_does(
    finished: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from executorch.runtime import Runtime  # here: it loads the parts that write programs

    torch.manual_seed(0)
    network, model = _small(finished, tmp_path, replace(SMALL_V1, placements=(Placement(block=6, mode="insert"),)))
    write_formats(network, model, tmp_path, ("executorch",))
    size, program = network.input_size, Runtime.get().load_program(tmp_path / FORMAT_FILES["executorch"])
    pixels = torch.randint(0, 256, (1, 3, size, size)).float()
    expected = inference_module(network, model)(pixels)
    (answer,) = program.load_method("forward").execute([pixels])
    torch.testing.assert_close(answer, expected, atol=TOLERANCE, rtol=0)
    (classes,) = program.load_method("classes").execute([])
    assert tuple(json.loads(classes)) == network.data.classes
    usage = describe_formats(network, ("executorch",))
    assert "`model.pte` (of ExecuTorch, one image per call)" in usage
    (code,) = re.findall("```python\n(.*?)```", usage, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    exec(code, {})
    assert re.fullmatch(r"\d \d+\.\d%\n", capsys.readouterr().out)


def test_a_format_whose_package_is_missing_is_refused_before_anything_starts(
    finished: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FORMAT_PACKAGES, "executorch", "no_such_package")  # type: ignore[arg-type]
    error = finished.refused(NotInstalledError, "export", "tiny", "--executorch", "--out", tmp_path / "best")
    assert error.where == "executorch"
    assert not (tmp_path / "best").exists()


class NamesFormat:
    """A further format: the guide's example. Its diff is a new file and lines of ``names.py`` and ``write.py``."""

    remark = " (of names)"

    def write(self, program: InferenceProgram, file: Path) -> None:
        file.write_text(f"{program.classes} {tuple(program.probabilities.shape)}")

    def usage(self, network: ExportedNetwork, file: str) -> str:
        return f"Read `{file}` of {network.input_size} px."


def test_a_further_format_is_written_and_described(
    finished: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name: Any = "names"
    monkeypatch.setitem(FORMATS, name, NamesFormat())  # type: ignore[arg-type]
    monkeypatch.setitem(FORMAT_FILES, name, "model.names")  # type: ignore[arg-type]
    folder = RunFolder.find(finished.folder / "runs", "tiny")
    spec, (trial, *_) = folder.open_record().spec, pareto_front(folder.snapshot().ended)
    network, out = network_of(spec, trial), tmp_path / "out"
    write_network(network, folder.weights(trial.number), out, (name,))
    assert {file.name for file in out.iterdir()} == {"README.md", "arch.yaml", "model.names", "weights.safetensors"}
    assert (out / "model.names").read_text() == f"{json.dumps(network.data.classes)} (2, {len(network.data.classes)})"
    card, size = (out / "README.md").read_text(), network.input_size
    assert "`model.names` (of names)" in card
    assert f"Read `model.names` of {size} px." in card
    assert FORMAT_FILES["onnx"] not in card


def test_without_formats_there_is_no_word_of_them(finished: Shell, tmp_path: Path) -> None:
    folder = _exported(finished, tmp_path)
    assert not {file.name for file in folder.iterdir()} & set(FORMAT_FILES.values())
    assert "## Without ulsam-search" not in (folder / "README.md").read_text()


def _small(finished: Shell, tmp_path: Path, arch: ArchConfig = SMALL_V1) -> tuple[ExportedNetwork, MobileNet]:
    """An exported network with another of few layers in its place."""
    network = ExportedNetwork.load(_exported(finished, tmp_path)).model_copy(update={"arch": arch})
    return network, build_model(arch, network.input_size).eval()


def _exported(finished: Shell, tmp_path: Path) -> Path:
    finished.run("export", "tiny", "--no-portable", "--out", tmp_path / "best")
    return tmp_path / "best"
