"""What is exported from a finished search: within the budgets, the same on any machine, or never trained."""

import contextlib
import io
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
import yaml
from PIL import Image

from pipelines.loading.augment import Normaliser
from pipelines.loading.photo import read_photo
from pipelines.measuring.latency import Latency, LatencyConditions
from search.analysis.choose import NoneFastEnoughError, NoneWithinError
from search.analysis.front import complete
from search.analysis.interval import accuracy_interval
from search.analysis.score_intervals import score_intervals
from search.artifacts.blueprint import Blueprint
from search.artifacts.inference_module import inference_module
from search.artifacts.model import load_model
from search.artifacts.network import ExportedNetwork
from search.artifacts.predict import NotAFileError
from search.artifacts.write import WeightsMissingError
from search.errors import ExistsError, UsageError
from search.render.interval_words import describe_intervals
from search.render.network_words import describe_arch
from search.study.trial import TrialRecord
from spaces import Candidate
from tests.helpers import Shell
from tests.search.cli.records import record_of
from ulsam import count_cost


def test_an_exported_network_is_rebuilt_from_its_folder_alone(finished: Shell, tmp_path: Path) -> None:
    best = max(complete(record_of(finished).trials()), key=lambda trial: trial.value)
    output = finished.run("export", "tiny", "--no-portable", "--max-flops", "1M", "--out", tmp_path / "best")
    assert f"trial {best.number}" in output
    assert "  README.md, arch.yaml, weights.safetensors\n" in output
    assert f"ulsam-search evaluate {tmp_path / 'best'}" in output
    assert sorted(path.name for path in (tmp_path / "best").iterdir()) == [
        "README.md",
        "arch.yaml",
        "weights.safetensors",
    ]
    shutil.move(tmp_path / "best", tmp_path / "elsewhere")
    output = finished.run("evaluate", tmp_path / "elsewhere")
    assert f"recorded validation accuracy {best.value:.4%} on cpu: reproduced on cpu" in output
    assert "test: " in output
    assert best.result is not None
    measured = ExportedNetwork.load(tmp_path / "elsewhere").measured
    accuracy = accuracy_interval(round(best.value * 228), 228)
    balanced = score_intervals(measured.score)["balanced_accuracy"]
    assert f"({round(best.value * 228)} of 228), loss" in output.splitlines()[0]
    assert output.splitlines()[1] == f"  {describe_intervals(score_intervals(measured.score))}"
    assert output.count("95%") >= 2
    card = (tmp_path / "elsewhere" / "README.md").read_text()
    for interval in (accuracy, balanced):
        assert f"; {interval.describe('images')} |" in card


def test_the_export_stays_within_the_budgets(finished: Shell, tmp_path: Path) -> None:
    done = complete(record_of(finished).trials())
    limit = sorted(trial.costs["flops"] for trial in done)[1]
    finished.run("export", "tiny", "--no-portable", "--max-flops", limit, "--out", tmp_path / "best")
    network = yaml.safe_load((tmp_path / "best" / "arch.yaml").read_text())
    best = max((trial for trial in done if trial.costs["flops"] <= limit), key=lambda trial: trial.value)
    assert network["measured"]["costs"]["flops"] <= limit
    assert network["measured"]["metrics"]["accuracy"] == best.value
    error = finished.refused(NoneWithinError, "export", "tiny", "--max-params", "1K", "--out", tmp_path / "none")
    trained = complete(record_of(finished).trials())
    assert error.least["params"] == min(trial.costs["params"] for trial in trained)
    assert not (tmp_path / "none").exists()


def test_with_a_limit_on_latency_what_was_measured_is_printed_and_kept(finished: Shell, tmp_path: Path) -> None:
    best = max(complete(record_of(finished).trials()), key=lambda trial: trial.value)
    output = finished.run(
        *("export", "tiny", "--no-portable", "--max-latency", "60s", "--device", "cpu", "--out", tmp_path / "best")
    )
    network = ExportedNetwork.load(tmp_path / "best")
    latency = network.measured.latency
    assert network.measured.accuracy == best.value
    assert latency is not None
    assert latency.lower_ms <= latency.ms <= latency.upper_ms
    assert (latency.device, latency.batch, latency.threads) == ("cpu", 1, 1)
    assert f"({latency.conditions})" in output
    assert f", {latency.ms:.3f} ms ({describe_arch(best.arch)})" in output
    (row,) = [
        line for line in (tmp_path / "best" / "README.md").read_text().splitlines() if line.startswith("| latency")
    ]
    times = (latency.ms, latency.lower_ms, latency.upper_ms)
    assert re.findall(r"\d+\.\d{3}", row) == [f"{time:.3f}" for time in times]
    assert latency.conditions in row
    assert "reproduced on cpu" in finished.run("evaluate", tmp_path / "best")


def test_without_a_limit_on_latency_files_are_as_they_were(finished: Shell, tmp_path: Path) -> None:
    finished.run("export", "tiny", "--no-portable", "--out", tmp_path / "best")
    assert "latency" not in (tmp_path / "best" / "arch.yaml").read_text()
    assert "latency" not in (tmp_path / "best" / "README.md").read_text()
    assert ExportedNetwork.load(tmp_path / "best").measured.latency is None


@pytest.fixture
def slow_best(finished: Shell, monkeypatch: pytest.MonkeyPatch) -> TrialRecord:
    """The best network of ``tiny``, as if it took 9 ms and the others 1, 2, 3..., the next best the longest."""
    kept = [
        trial
        for trial in complete(record_of(finished).trials())
        if (finished.folder / f"runs/tiny/weights/{trial.number:05d}.safetensors").exists()
    ]
    best_first = sorted(kept, key=lambda trial: (-trial.value, trial.costs["flops"]))
    taken = {trial.candidate: 9e-3 if trial == best_first[0] else (9 - n) * 1e-3 for n, trial in enumerate(best_first)}

    def timed(networks: Sequence[Candidate], *_: object) -> dict[Candidate, Latency]:
        conditions = LatencyConditions(input_size=16)
        return {
            one: Latency(median=taken[one], lower=taken[one] / 2, upper=taken[one] * 2, conditions=conditions)
            for one in networks
        }

    monkeypatch.setattr("search.api.export.time_networks", timed)
    return best_first[0]


def test_a_network_that_is_too_slow_is_not_exported(finished: Shell, tmp_path: Path, slow_best: TrialRecord) -> None:
    for pick in ("best", "knee", "cheapest-within-1se"):
        options = ("--no-portable", "--max-latency", "8.5ms", "--device", "cpu", "--pick", pick)
        output = finished.run("export", "tiny", *options, "--out", tmp_path / pick)
        network = ExportedNetwork.load(tmp_path / pick)
        assert network.arch != slow_best.arch
        assert network.measured.latency is not None
        assert network.measured.latency.ms <= 8.5
        assert f"{network.measured.latency.upper_ms:.3f} ms or longer" in output
    figures = finished.figures("export", "tiny", "--no-portable", "--max-latency", "8.5ms", "--out", tmp_path / "json")
    assert figures["out"] == str(tmp_path / "json")
    assert figures["arch_id"] == ExportedNetwork.load(tmp_path / "best").arch.arch_id
    assert figures["origin"]["trial"] != slow_best.number
    (taken,) = (row for row in figures["timed"] if row["arch_id"] == figures["arch_id"])
    assert (taken["ms"], taken["trial"]) == (figures["measured"]["latency"]["ms"], figures["origin"]["trial"])
    assert max(figures["timed"], key=lambda row: row["ms"])["trial"] == slow_best.number


def test_a_limit_that_no_network_meets_is_one_line_and_nothing_is_written(
    finished: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.measuring.busy.busy_share", lambda: 0.0)  # or it says so as well
    output = finished.run("export", "tiny", "--max-latency", "0.001ms", "--out", tmp_path / "best", expect=2)
    assert isinstance(finished.error, NoneFastEnoughError)
    assert finished.error.timed > 0
    assert finished.error.seconds > 1e-6
    assert output.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_only_networks_whose_weights_are_there_are_timed(finished: Shell, tmp_path: Path) -> None:
    shutil.copytree(finished.folder / "runs" / "tiny", tmp_path / "tiny")
    kept = sorted((tmp_path / "tiny" / "weights").iterdir())
    networks = complete(record_of(finished).trials())
    for path in kept[1:]:
        path.unlink()
    options = ("--no-portable", "--max-latency", "60s")
    output = finished.run("export", tmp_path / "tiny", *options, "--out", tmp_path / "best")
    assert "1 of 1 timed networks" in output
    assert f"{len(networks) - 1} more not timed" in output
    assert ExportedNetwork.load(tmp_path / "best").origin.trial == int(kept[0].stem)
    figures = finished.figures("export", tmp_path / "tiny", *options, "--out", tmp_path / "json")
    assert (len(figures["timed"]), figures["not_timed"]) == (1, len(networks) - 1)
    kept[0].unlink()
    finished.run("export", tmp_path / "tiny", *options, "--out", tmp_path / "none", expect=2)
    assert isinstance(finished.error, WeightsMissingError)
    assert finished.error.where.endswith("weights")


def test_an_export_is_used_as_its_readme_says_with_the_search_and_without(finished: Shell) -> None:
    finished.run("export", "tiny", "--out", "best/tiny")
    folder = finished.folder / "best" / "tiny"
    assert {path.name for path in folder.iterdir()} == {
        "README.md",
        "arch.yaml",
        "model.onnx",
        "model.pt2",
        "weights.safetensors",
    }
    readme = (folder / "README.md").read_text()
    without, program, code = (part.split("```")[0] for part in readme.split("```python\n")[1:])
    printed = io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(printed):  # a process of its own would import torch again
        exec(code, {"__name__": "__main__"})
    assert printed.getvalue().strip() in set("0123456789")
    assert len(without.splitlines()) <= 20
    assert "ulsam" not in without
    photographs = [finished.folder / name for name in ("noise.png", "transparent.png")]
    noise = Image.effect_noise((40, 30), 90)
    noise.save(photographs[0])
    Image.merge("RGBA", (noise, noise, noise, Image.effect_noise((40, 30), 120))).save(photographs[1])
    by_us = finished.run("predict", folder, *photographs, "--top", 1)
    (folder / "predict.py").write_text(without)
    by_others = subprocess.run(
        [sys.executable, "-P", "predict.py", *photographs], cwd=folder, capture_output=True, text=True, check=True
    ).stdout
    assert by_others == by_us
    assert "ulsam" not in program
    set_up = "import sys, torch; sys.modules['ulsam'] = None; torch.manual_seed(0)\n"
    by_torch = subprocess.run(
        [sys.executable, "-P", "-c", set_up + program], cwd=folder, capture_output=True, text=True, check=True
    ).stdout
    network, model = load_model(folder)
    torch.manual_seed(0)
    size = network.input_size
    shares = inference_module(network, model)(255 * torch.rand(1, 3, size, size))[0].detach()
    assert by_torch == f"{network.data.classes[int(shares.argmax())]} {float(shares.max()):.1%}\n"
    card = yaml.safe_load(readme.split("---")[1])
    assert card["model-index"][0]["results"][0]["metrics"][0]["value"] == pytest.approx(
        ExportedNetwork.load(folder).measured.accuracy, abs=1e-4
    )
    finished.run("export", "tiny", "--out", "best/tiny", expect=2)


def test_an_exported_network_names_photographs(finished: Shell, tmp_path: Path) -> None:
    finished.run("export", "tiny", "--no-portable", "--out", tmp_path / "best")
    images = [tmp_path / f"{name}.png" for name in ("one", "two")]
    for value, image in enumerate(images):
        Image.effect_noise((40, 30), 60 + 30 * value).save(image)
    figures = finished.figures("predict", tmp_path / "best", *images, "--top", 10)
    network, model = load_model(tmp_path / "best")
    for image, prediction in zip(images, figures, strict=True):
        assert prediction["image"] == str(image)
        pixels = read_photo(image, network.data.image_size, network.input_size)
        seen = Normaliser(network.data.mean, network.data.std, pixels.device)(pixels)
        shares = dict(zip(network.data.classes, model(seen).softmax(dim=1)[0].tolist(), strict=True))
        assert {row["class"]: row["probability"] for row in prediction["classes"]} == pytest.approx(shares)
        assert prediction["classes"][0]["class"] == max(shares, key=shares.__getitem__)
    (tmp_path / "bad.png").write_text("no image")
    output = finished.run("predict", tmp_path / "best", tmp_path / "bad.png", *images, "--top", 1, expect=1)
    assert output.count("%") == 2
    assert "bad.png: " in output
    assert finished.refused(NotAFileError, "predict", tmp_path / "best", "gone.png").where == "gone.png"


def test_a_network_that_was_never_trained_is_a_file_to_train_it_from(finished: Shell, tmp_path: Path) -> None:
    output = finished.run("export", "tiny", "--untried", "--max-flops", "1M", "--out", tmp_path / "next")
    blueprint = Blueprint.load(tmp_path / "next" / "arch.yaml")
    assert blueprint.arch not in {trial.arch for trial in record_of(finished).trials()}
    assert count_cost(blueprint.arch, blueprint.input_size).flops <= 1_000_000
    assert re.search(r"all 5 trained networks within 1M FLOPs: \d+%", output)
    readme = (tmp_path / "next" / "README.md").read_text()
    assert blueprint.arch.arch_id in readme
    again = finished.refused(ExistsError, "export", "tiny", "--untried", "--out", tmp_path / "next")
    assert again.where == str(tmp_path / "next")
    both = ("--untried", "--pick", "knee")
    assert finished.refused(UsageError, "export", "tiny", *both, "--out", tmp_path / "other").where == "--pick knee"
    command = (
        f"ulsam-search train {tmp_path / 'next' / 'arch.yaml'} --data {record_of(finished).spec.data.folder} --out"
    )
    assert command in output
    assert command in readme
    figures = finished.figures("export", "tiny", "--untried", "--max-flops", "1M", "--out", tmp_path / "json")
    assert (figures["arch_id"], figures["untried"]["trained"]) == (blueprint.arch.arch_id, 5)
    assert 0 <= figures["untried"]["beats"] <= 1
    value, interval = figures["untried"]["accuracy"], figures["untried"]["interval"]
    assert 0 <= interval["low"] < value < interval["high"] <= 1
    ends = f"{100 * interval['low']:.1f} to {100 * interval['high']:.1f}"
    assert f"next: {value:.2%} expected (95% interval {ends}), " in output
    assert f"accuracy (95% interval) | {value:.2%} ({ends}) |" in readme
    (line,) = [line for line in output.splitlines() if ": ulsam-search train " in line]
    command = shlex.split(line.partition(": ulsam-search ")[2])
    assert "ulsam-search front tiny" in finished.run(*command, "--epochs", 1, "--no-portable")
    taken_home = finished.figures("front", "tiny")["taken_home"]
    assert str(tmp_path / "next-trained") in [final["folder"] for final in taken_home]
