"""An exported network in 8-bit integers: written, compared with float32, scored, and shown."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.errors import DataError
from search.api.export import choose_network
from search.api.int8_front import QuantizedTrial
from search.api.quantize import check_data
from search.artifacts.int8.write_int8 import NoOnnxError
from search.artifacts.model import OtherWeightsError
from search.artifacts.network import INT8_NAME, ExportedNetwork
from search.cli.int8_table import print_int8_front
from search.errors import ExistsError, UsageError
from tests.helpers import Shell


@pytest.fixture(scope="module")
def quantized(finished: Shell, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("quantized") / "best"
    output = finished.run("export", "tiny", "--int8", "--out", folder)
    int8 = ExportedNetwork.load(folder).measured.int8
    assert int8 is not None
    assert f"  {int8.describe(ExportedNetwork.load(folder).measured.accuracy)[0]}\n" in output
    return folder


def test_it_is_smaller_nearly_as_accurate_and_in_the_card(quantized: Path) -> None:
    measured = ExportedNetwork.load(quantized).measured
    int8 = measured.int8
    assert int8 is not None
    assert int8.bytes == (quantized / INT8_NAME).stat().st_size < int8.float_bytes / 2
    assert int8.float_bytes == (quantized / "model.onnx").stat().st_size
    assert (int8.images, int8.calibration_images) == (measured.images, 256)
    assert abs(int8.accuracy - measured.accuracy) < 0.05
    assert int8.latency.lower_ms <= int8.latency.ms <= int8.latency.upper_ms
    card = (quantized / "README.md").read_text()
    assert all(line in card for line in int8.describe(measured.accuracy))


def test_evaluate_scores_it_on_the_same_images(finished: Shell, quantized: Path) -> None:
    int8 = ExportedNetwork.load(quantized).measured.int8
    assert int8 is not None
    scores = finished.figures("evaluate", quantized)
    assert scores["int8"]["validation"]["accuracy"] == int8.accuracy
    assert scores["int8"]["test"]["images"] == scores["test"]["images"]
    assert scores["int8"]["test"]["intervals"].keys() == scores["test"]["intervals"].keys()
    output = finished.run("evaluate", quantized)
    assert f"test in 8-bit integers: {scores['int8']['test']['accuracy']:.4%}" in output


def test_nothing_is_overwritten_and_another_file_is_not_scored(
    finished: Shell, quantized: Path, tmp_path: Path
) -> None:
    error = finished.refused(ExistsError, "quantize", quantized)
    assert error.where == str(quantized / INT8_NAME)
    (tmp_path / "copy").mkdir()
    for file in quantized.iterdir():
        (tmp_path / "copy" / file.name).write_bytes(file.read_bytes())
    with (tmp_path / "copy" / INT8_NAME).open("ab") as file:
        file.write(b"more")
    changed = finished.refused(OtherWeightsError, "evaluate", tmp_path / "copy")
    assert changed.where == str(tmp_path / "copy" / INT8_NAME)
    (tmp_path / "copy" / INT8_NAME).unlink()
    assert finished.figures("evaluate", tmp_path / "copy")["int8"] is None


def test_without_an_onnx_file_there_is_nothing_to_quantize(finished: Shell, tmp_path: Path) -> None:
    finished.run("export", "tiny", "--no-portable", "--out", tmp_path / "best")
    error = finished.refused(NoOnnxError, "quantize", tmp_path / "best")
    assert error.where == str(tmp_path / "best" / "model.onnx")
    assert not (tmp_path / "best" / INT8_NAME).exists()
    for options in (("--no-portable", "--int8"), ("--untried", "--int8")):
        refused = finished.refused(UsageError, "export", "tiny", *options, "--out", tmp_path / "none")
        assert refused.where == "--int8"
    assert not (tmp_path / "none").exists()


def test_an_export_to_be_quantized_needs_its_data_first(finished: Shell, tmp_path: Path) -> None:
    choice = choose_network("tiny", tmp_path / "best", runs=finished.folder / "runs")
    data = choice.spec.data.model_copy(update={"folder": tmp_path / "gone"})
    with pytest.raises(DataError):
        check_data(replace(choice, spec=choice.spec.model_copy(update={"data": data})))
    check_data(choice)


def test_the_front_shows_what_quantization_does_to_each_network(
    finished: Shell, quantized: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exported = ExportedNetwork.load(quantized)
    rows = finished.figures("front", "tiny", "--int8")["int8"]
    front = finished.figures("front", "tiny")
    assert "int8" not in front
    assert {row["trial"] for row in rows} == {row["trial"] for row in front["front"]}
    (same,) = [row for row in rows if row["trial"] == exported.origin.trial]
    assert exported.measured.int8 is not None
    assert same["float_accuracy"] == exported.measured.accuracy
    assert same["int8"]["sha256"] == exported.measured.int8.sha256
    capsys.readouterr()
    one = QuantizedTrial(
        trial=choose_network("tiny", tmp_path / "best", runs=finished.folder / "runs").trial,
        float_accuracy=exported.measured.accuracy,
        int8=exported.measured.int8,
    )
    print_int8_front([one, replace(one, int8=None)])
    printed = capsys.readouterr().out
    assert f"{exported.measured.int8.accuracy:.2%}" in printed
    assert "no weights" in printed
