"""Training an exported architecture for longer: resumable to the same weights."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from pipelines.storage.manifest import file_sha256
from pipelines.training.checkpoint import DamagedCheckpointsError
from pipelines.training.epoch import Epoch
from pipelines.training.recipe import METHOD
from pipelines.weights import read_weights, save_weights
from search.api.train_network import train_network
from search.artifacts.formats.names import FormatName
from search.artifacts.network import ExportedNetwork
from search.artifacts.training_checkpoint import BegunOtherwiseError
from search.errors import NothingBegunError, NotPortableError, TrainingExistsError, UsageError
from search.run.pretrained import NothingFitsError
from tests.helpers import Shell
from ulsam import Inheritance, build_model


class InterruptionError(Exception):
    """As Ctrl-C would."""


@pytest.fixture(scope="module")
def network(finished: Shell, tmp_path_factory: pytest.TempPathFactory) -> ExportedNetwork:
    out = tmp_path_factory.mktemp("export") / "best"
    finished.run("export", "tiny", "--no-portable", "--out", out)
    return ExportedNetwork.load(out)


def train(
    network: ExportedNetwork,
    out: Path,
    *,
    stop_after: int | None = None,
    resume: bool = False,
    formats: tuple[FormatName, ...] = (),
    pretrained: Path | None = None,
    reports: list[Inheritance] | None = None,
) -> ExportedNetwork:
    def on_epoch(epoch: Epoch) -> None:
        if epoch.number == stop_after:
            raise InterruptionError

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return train_network(
            network,
            out,
            epochs=3,
            seed=4,
            device=torch.device("cpu"),
            resume=resume,
            formats=formats,
            pretrained=pretrained,
            on_inherited=(reports if reports is not None else []).append,
            on_epoch=on_epoch,
        )
    finally:
        torch.set_num_threads(before)


@pytest.fixture(scope="module")
def uninterrupted(network: ExportedNetwork, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a training that nothing interrupted."""
    out = tmp_path_factory.mktemp("uninterrupted") / "out"
    trained = train(network, out)
    assert ExportedNetwork.load(out) == trained
    return out


def test_an_interrupted_training_ends_at_the_same_weights(
    network: ExportedNetwork, uninterrupted: Path, tmp_path: Path
) -> None:
    whole = ExportedNetwork.load(uninterrupted)
    with pytest.raises(InterruptionError):
        train(network, tmp_path / "parts", stop_after=2)
    with pytest.raises(TrainingExistsError, check=lambda error: error.where == str(tmp_path / "parts")):
        train(network, tmp_path / "parts")
    parts = train(network, tmp_path / "parts", resume=True)
    assert parts.measured == whole.measured
    assert not (tmp_path / "parts" / "checkpoints").exists()


def test_a_training_whose_checkpoints_are_all_damaged_does_not_silently_begin_anew(
    network: ExportedNetwork, tmp_path: Path
) -> None:
    with pytest.raises(InterruptionError):
        train(network, tmp_path / "parts", stop_after=2)
    files = sorted((tmp_path / "parts" / "checkpoints").iterdir())
    assert len(files) == 2
    for file in files:
        file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(UsageError) as refused:
        train(network, tmp_path / "parts", resume=True)
    assert isinstance(refused.value.__cause__, DamagedCheckpointsError)
    assert refused.value.remedy


def test_a_training_that_was_killed_before_its_first_checkpoint_goes_on(
    network: ExportedNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise InterruptionError

    with monkeypatch.context() as patch:
        patch.setattr("search.api.train_network.Training.run_epoch", killed)
        with pytest.raises(InterruptionError):
            train(network, tmp_path / "parts")
    with pytest.raises(TrainingExistsError, check=lambda error: error.where == str(tmp_path / "parts")):
        train(network, tmp_path / "parts")
    assert train(network, tmp_path / "parts", resume=True).measured.epochs == 3


def test_what_was_measured_is_that_of_the_new_training(network: ExportedNetwork, uninterrupted: Path) -> None:
    trained = ExportedNetwork.load(uninterrupted)
    assert (trained.measured.epochs, trained.measured.seed, trained.recipe.epochs) == (3, 4, 3)
    assert (trained.arch, trained.data) == (network.arch, network.data)
    assert trained.origin.trial is None
    assert "3 epochs, seed 4, on cpu" in (uninterrupted / "README.md").read_text()


def test_a_training_outlives_an_export_that_fails(
    network: ExportedNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch.export.export", lambda *_, **__: 1 / 0)
    with pytest.raises(NotPortableError) as refused:
        train(network, tmp_path / "trained", formats=("onnx",))
    assert refused.value.trained
    monkeypatch.setattr("pipelines.training.loop.Training.run_epoch", lambda _: 1 / 0)
    trained = train(network, tmp_path / "trained", resume=True)
    assert ExportedNetwork.load(tmp_path / "trained") == trained


def test_only_the_same_training_goes_on(network: ExportedNetwork, tmp_path: Path) -> None:
    with pytest.raises(NothingBegunError) as nothing:
        train(network, tmp_path / "none", resume=True)
    assert nothing.value.where == str(tmp_path / "none")
    with pytest.raises(InterruptionError):
        train(network, tmp_path / "parts", stop_after=1)
    with pytest.raises(BegunOtherwiseError) as other:
        train_network(network, tmp_path / "parts", epochs=9, seed=4, device=torch.device("cpu"), resume=True)
    assert (other.value.key, other.value.then, other.value.now) == ("epochs", 3, 9)


def test_a_training_of_another_version_does_not_go_on_in_another_way(network: ExportedNetwork, tmp_path: Path) -> None:
    with pytest.raises(InterruptionError):
        train(network, tmp_path / "parts", stop_after=1)
    epochs = tmp_path / "parts" / "epochs.json"
    begun = json.loads(epochs.read_text())
    begun["plan"]["recipe"] |= {"gone": 7}  # a value that recipes once had
    epochs.write_text(json.dumps(begun))
    with pytest.raises(BegunOtherwiseError) as gone:
        train(network, tmp_path / "parts", resume=True)
    assert (gone.value.key, gone.value.then, gone.value.now) == ("gone", 7, None)
    del begun["plan"]["recipe"]["gone"], begun["plan"]["method"]
    epochs.write_text(json.dumps(begun))
    with pytest.raises(BegunOtherwiseError) as older:
        train(network, tmp_path / "parts", resume=True)
    assert (older.value.key, older.value.then, older.value.now) == ("method", None, METHOD)


def test_a_training_starts_from_the_weights_it_is_given(
    network: ExportedNetwork, uninterrupted: Path, tmp_path: Path
) -> None:
    first = ExportedNetwork.load(uninterrupted)
    weights, reports = uninterrupted / "weights.safetensors", []
    second = train(network, tmp_path / "second", pretrained=weights, reports=reports)
    assert [(report.inherited, report.fresh) for report in reports] == [(first.measured.costs["params"], ())]
    assert second.origin.pretrained is not None
    assert (second.origin.pretrained.file, second.origin.pretrained.sha256) == (weights.name, file_sha256(weights))
    assert "from the weights in `weights.safetensors`" in (tmp_path / "second" / "README.md").read_text()
    folders = (uninterrupted, tmp_path / "second")
    worker_failures = [json.loads((folder / "epochs.json").read_text())["epochs"] for folder in folders]
    assert worker_failures[1][0]["train_loss"] != worker_failures[0][0]["train_loss"]


def test_norms_with_trained_weights_keep_their_statistics_where_the_recipe_says_so(
    network: ExportedNetwork, uninterrupted: Path, tmp_path: Path
) -> None:
    frozen = network.model_copy(update={"recipe": replace(network.recipe, frozen_norms=True)})
    weights = uninterrupted / "weights.safetensors"
    train(frozen, tmp_path / "frozen", pretrained=weights)
    before, after = (read_weights(path) for path in (weights, tmp_path / "frozen" / "weights.safetensors"))
    statistics = [name for name in before if name.endswith("running_mean")]
    assert statistics
    assert all(torch.equal(before[name], after[name]) for name in statistics)


def test_a_training_goes_on_only_from_the_weights_it_began_with(network: ExportedNetwork, tmp_path: Path) -> None:
    weights = tmp_path / "start.safetensors"
    save_weights(build_model(network.arch).state_dict(), weights)
    with pytest.raises(InterruptionError):
        train(network, tmp_path / "parts", pretrained=weights, stop_after=1)
    with pytest.raises(BegunOtherwiseError, check=lambda error: error.key == "pretrained"):
        train(network, tmp_path / "parts", resume=True)


def test_weights_that_fit_nowhere_are_refused(network: ExportedNetwork, tmp_path: Path) -> None:
    save_weights({"layer1.0.conv1.weight": torch.ones(3)}, tmp_path / "resnet.safetensors")
    with pytest.raises(NothingFitsError) as refused:
        train(network, tmp_path / "out", pretrained=tmp_path / "resnet.safetensors")
    assert refused.value.where == str(tmp_path / "resnet.safetensors")
    assert not (tmp_path / "out").exists()
