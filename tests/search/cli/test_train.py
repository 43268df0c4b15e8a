"""An exported network is trained for longer, and the record of its search gets the score."""

from pathlib import Path

import pytest
import torch
import yaml
from mlflow import MlflowClient

from pipelines.errors import RangeError
from pipelines.storage.manifest import read_manifest
from search.analysis.score_intervals import score_intervals
from search.artifacts.network import ExportedNetwork
from search.errors import ArgumentError, ExistsError
from search.render.interval_words import describe_intervals
from tests.helpers import Shell
from tests.search.tracking.mirrored import children


def test_an_exported_architecture_is_trained_for_longer(finished: Shell, tmp_path: Path) -> None:
    finished.run("export", "tiny", "--no-portable", "--out", tmp_path / "best")
    output = finished.run(
        "train", tmp_path / "best" / "arch.yaml", "--no-portable", "--epochs", 3, "--out", tmp_path / "longer"
    )
    count = read_manifest(finished.folder / "data" / "digits").splits["train"].images
    assert f" on digits, 3 epochs of {count:,} images in batches of 64, learning rate 0.1; cpu, " in output
    assert "epoch 3/3: loss" in output
    assert sorted(path.name for path in (tmp_path / "longer").iterdir()) == [
        "README.md",
        "arch.yaml",
        "epochs.json",
        "weights.safetensors",
    ]
    assert "reproduced on cpu" in finished.run("evaluate", tmp_path / "longer")
    measured = ExportedNetwork.load(tmp_path / "longer").measured
    assert f"  {describe_intervals(score_intervals(measured.score))}\n" in output
    (tmp_path / "many" / "seed-1").mkdir(parents=True)
    many = ("train", tmp_path / "best" / "arch.yaml", "--epochs", 1, "--seeds", 2, "--out", tmp_path / "many")
    assert finished.refused(ExistsError, *many).where == str(tmp_path / "many" / "seed-1")
    assert not (tmp_path / "many" / "seed-0").exists(), "said before the first training, not after it"
    figures = finished.figures(
        *("train", tmp_path / "best" / "arch.yaml", "--no-portable", "--epochs", 1, "--out", tmp_path / "trained"),
        *("--pretrained", tmp_path / "best" / "weights.safetensors", "--seeds", 2),
    )
    assert (figures["out"], figures["target"], len(figures["networks"])) == (str(tmp_path / "trained"), None, 2)
    for seed, trained in enumerate(figures["networks"]):
        folder = tmp_path / "trained" / f"seed-{seed}"
        assert trained["out"] == str(folder)
        written, params = ExportedNetwork.load(folder).measured, measured.costs["params"]
        assert trained["measured"]["weights_sha256"] == written.weights_sha256
        assert trained["inherited"] == {"params": params, "inherited": params, "fresh": []}
    one, other = (trained["measured"]["accuracy"] for trained in figures["networks"])
    assert figures["accuracy"] == pytest.approx((one + other) / 2)
    assert figures["standard_deviation"] == pytest.approx(abs(one - other) / 2**0.5)
    begun = tmp_path / "trained" / "seed-0"
    assert "arch.yaml --pretrained weights.safetensors` trains the network for" in (begun / "README.md").read_text()
    fresh = finished.run("train", begun, "--no-portable", "--epochs", 1, "--out", tmp_path / "fresh")
    assert "from weights.safetensors; " in fresh


def test_the_run_learns_what_its_networks_score_later(finished: Shell, tmp_path: Path) -> None:
    finished.run("export", "tiny", "--no-portable", "--out", tmp_path / "best")
    output = finished.run(
        "train",
        tmp_path / "best" / "arch.yaml",
        "--no-portable",
        "--epochs",
        1,
        "--seed",
        7,
        "--out",
        tmp_path / "late",
    )
    assert "ulsam-search front tiny" in output

    def noted() -> dict[str, object]:
        final_evaluations = finished.figures("front", "tiny")["taken_home"]
        (final,) = [final for final in final_evaluations if final["folder"] == str(tmp_path / "late")]
        return dict(final)

    def logged(folder: str) -> str:
        """The page of errors as MLflow has it."""
        uri = f"sqlite:///{finished.folder / 'runs' / 'mlflow.db'}"
        run = children(uri, "tiny")[f"final evaluation: {folder}"]
        return Path(MlflowClient(uri).download_artifacts(run.info.run_id, "errors.html")).read_text()

    assert (noted()["epochs"], noted()["seed"], noted()["trial"], noted()["test"]) == (1, 7, None, None)
    evaluated = finished.figures("evaluate", tmp_path / "late")
    assert evaluated["run"] == "tiny"
    assert noted()["test"] == {key: value for key, value in evaluated["test"].items() if "interval" not in key}
    assert noted()["val"].keys() == noted()["test"].keys()
    assert noted()["val"]["correct"] == evaluated["validation"]["correct"]
    assert noted()["errors_page"] == str(tmp_path / "late" / "errors.html")
    assert logged("late") == (tmp_path / "late" / "errors.html").read_text()
    finished.run("evaluate", tmp_path / "late" / "arch.yaml")
    assert noted()["folder"] == str(tmp_path / "late")
    shown = finished.run("front", "tiny", "--page", tmp_path / "front.html", "--picture", tmp_path / "front.png")
    assert "Final evaluations" in shown
    assert f"page: {tmp_path / 'front.html'}\npicture: {tmp_path / 'front.png'}\n" in shown
    assert ">Final evaluations" in (tmp_path / "front.html").read_text()
    finished.run("launch", "--resume", "tiny")
    assert ">Final evaluations" in (finished.folder / "runs" / "tiny" / "front.html").read_text()


def test_a_training_that_comes_to_the_weights_of_a_trial_is_that_trial(finished: Shell, tmp_path: Path) -> None:
    finished.run("export", "tiny", "--no-portable", "--out", tmp_path / "best")
    number = ExportedNetwork.load(tmp_path / "best").origin.trial
    again = ("train", tmp_path / "best" / "arch.yaml", "--no-portable", "--epochs", 2, "--out", tmp_path / "again")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # as the trial had
    try:
        output = finished.run(*again)
    finally:
        torch.set_num_threads(threads)
    assert f"those of trial {number}: " in output
    final_evaluations = finished.figures("front", "tiny")["taken_home"]
    assert [final["trial"] for final in final_evaluations if final["folder"] == str(tmp_path / "again")] == [number]


def test_networks_of_another_search_of_that_name_are_not_noted(finished: Shell, tmp_path: Path) -> None:
    finished.run("export", "tiny", "--no-portable", "--out", tmp_path / "best")
    network = yaml.safe_load((tmp_path / "best" / "arch.yaml").read_text())
    network["origin"]["search"]["id"] = "of another"
    (tmp_path / "best" / "arch.yaml").write_text(yaml.safe_dump(network))
    assert "ulsam-search front" not in finished.run("evaluate", tmp_path / "best")
    assert "ulsam-search front" not in finished.run("evaluate", tmp_path / "best", "--runs", tmp_path)


def test_a_training_on_a_busy_machine_prints_what_helps_and_one_that_diverges_is_one_line(
    finished: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.measuring.busy.busy_share", lambda: 0.5)
    monkeypatch.setattr("torch.get_num_threads", lambda: 2)
    finished.run("export", "tiny", "--no-portable", "--out", tmp_path / "best")
    arch = tmp_path / "best" / "arch.yaml"
    arch.write_text(arch.read_text().replace("learning_rate: 0.1", "learning_rate: 1.0e+30"))
    output = finished.run("train", arch, "--epochs", 1, "--out", tmp_path / "longer", expect=1)
    assert output.startswith("other programs use 50% of this machine's cores: threads then wait for each other; trai")
    assert "stopped: training loss is" in output
    assert "Traceback" not in output


def test_a_recipe_that_does_not_fit_the_network_is_one_line(finished: Shell, tmp_path: Path) -> None:
    finished.run("export", "tiny", "--no-portable", "--out", tmp_path / "best")
    trained = ("train", tmp_path / "best" / "arch.yaml", "--recipe", "imagenet-fast", "--out", tmp_path / "longer")
    refused = finished.refused(ArgumentError, *trained)
    assert (refused.argument, refused.got) == ("recipe", "imagenet-fast")
    assert isinstance(refused.__cause__, RangeError)
    assert (refused.__cause__.where, refused.__cause__.got) == ("start_size", 128)
    assert not (tmp_path / "longer").exists()
