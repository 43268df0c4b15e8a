"""What a user can mend: one line, exit code 2, nothing started and nothing written."""

import shutil
from importlib.metadata import version
from pathlib import Path

import pytest
import torch
from PIL import Image

from pipelines.datasets.folder import NoSuchFolderError
from pipelines.errors import DataExistError, DetailedError, NoArchiveError, NoPreparedDataError, NoSourceError
from pipelines.loading.data import OtherDataError
from pipelines.storage.manifest import LengthError
from pipelines.storage.prepare import ImageSizeError
from pipelines.tensor_files import NotWeightsError
from pipelines.weights import NoWeightsFileError
from search.analysis.latency_limit import TimeError
from search.artifacts.model import NoSuchNetworkError, OtherWeightsError
from search.artifacts.network import CostMismatchError, NotANetworkError
from search.config.mistakes import UnknownKeyError, WrongValueError
from search.config.secret import CredentialsError
from search.config.yaml_file import NoSuchFileError
from search.errors import ArgumentError, FileError, IsArchitectureError, IsSearchFileError, UsageError
from search.ray_backend.cluster import NoClusterError
from search.run.pretrained import NothingFitsError
from search.study.database import NoAnswerError
from search.study.folder import NoSuchRunError, NotARunError
from spaces.counts import CountError
from tests.helpers import ROOT, Refusal, Shell

GOOD = """
name: mine
data: data/digits
training: {input_size: 16}
"""
QUIET = "search: {baselines: false}"  # and small batches: nothing is remarked on before the launch


def refused(terminal: Shell, kind: type[Refusal], *arguments: object) -> Refusal:
    """Runs a command that must be refused for an error of this kind, with nothing written."""
    before = sorted(terminal.folder.rglob("*"))
    error = terminal.refused(kind, *arguments)
    assert sorted(terminal.folder.rglob("*")) == before, "something was written"
    return error


def only_mistake(terminal: Shell, *arguments: object) -> UsageError:
    """The one mistake of the search file that a command refuses."""
    error = refused(terminal, FileError, *arguments)
    assert error.where == "mine.yaml"
    (mistake,) = error.mistakes
    return mistake


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (GOOD + "serach: {trials: 3}", "serach"),
        (GOOD + "search: {trials: three}", "search.trials"),
        (GOOD + "budgets: {flops: 1K}", "budgets"),
        (GOOD + "resources: {gpus: 2}", "resources.gpus"),
        (GOOD + "space: {groups: [7]}", "space"),
    ],
    ids=["unknown key", "wrong type", "budgets", "gpus", "empty space"],
)
def test_a_search_that_can_not_run_is_refused_before_it_starts(new_shell: Shell, text: str, where: str) -> None:
    new_shell.write("mine.yaml", text)
    assert only_mistake(new_shell, "launch", "mine.yaml").where == where


def test_a_search_without_data_or_a_database_is_refused_before_it_starts(new_shell: Shell) -> None:
    new_shell.write("mine.yaml", GOOD.replace("data/digits", "data/none"))
    assert refused(new_shell, NoPreparedDataError, "launch", "mine.yaml").where == "data/none"
    new_shell.write("mine.yaml", GOOD + "storage: {study: 'sqlite:////nowhere/at/all/x.db'}")
    assert refused(new_shell, NoAnswerError, "launch", "mine.yaml").reason


def test_every_mistake_of_a_file_has_a_line_of_its_own(new_shell: Shell) -> None:
    new_shell.write("mine.yaml", GOOD + "serach: {trials: 3}\nbudgets: {params: 010}\nresources: {gpus: 2}")
    error = refused(new_shell, FileError, "launch", "mine.yaml")
    assert sorted(mistake.where for mistake in error.mistakes) == ["budgets.params", "resources.gpus", "serach"]


def test_all_that_the_data_make_wrong_is_listed(new_shell: Shell) -> None:
    training = "training: {start_size: 900, pretrained: none.pth}"
    new_shell.write("mine.yaml", GOOD.replace("training: {input_size: 16}", training) + "budgets: {flops: 1K}")
    error = refused(new_shell, FileError, "launch", "mine.yaml")
    found = [mistake.where for mistake in error.mistakes]
    assert sorted(found) == ["budgets", "training.pretrained", "training.start_size"]


def test_a_file_of_another_kind_is_named_with_the_command_that_takes_it(new_shell: Shell) -> None:
    new_shell.write("mine.yaml", GOOD)
    new_shell.write("arch.yaml", "arch: {backbone: mobilenet_v2, width: 0.1, num_classes: 10}\n")
    assert refused(new_shell, IsSearchFileError, "train", "mine.yaml", "--out", "out").where == "mine.yaml"
    assert refused(new_shell, IsArchitectureError, "launch", "arch.yaml").where == "arch.yaml"


def test_weights_to_start_from_that_fit_nowhere_are_refused(new_shell: Shell) -> None:
    path = new_shell.write("start.pth", "not weights")
    new_shell.write("mine.yaml", GOOD.replace("16}", "16, pretrained: start.pth}"))
    foreign = only_mistake(new_shell, "launch", "mine.yaml")
    assert foreign.where == "training.pretrained"
    assert isinstance(new_shell.error, FileError)
    assert isinstance(new_shell.error.__cause__, NotWeightsError)
    torch.save({"layer1.0.conv1.weight": torch.ones(3)}, path)
    assert only_mistake(new_shell, "launch", "mine.yaml").where == "training.pretrained"
    cause = new_shell.error.__cause__
    assert isinstance(cause, NothingFitsError)
    assert cause.names == ("layer1.0.conv1.weight",)
    assert cause.own == ("features.0.0.weight", "features.0.1.weight", "features.0.1.bias")
    path.unlink()
    missing = only_mistake(new_shell, "launch", "mine.yaml")
    assert missing.where == "training.pretrained"
    assert missing.what.startswith("start.pth: ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["frnt"], "ulsam-search: No such command 'frnt'. Did you mean 'front'?"),
        (["front", "tiny", "--picure", "x.png"], "No such option: --picure (Possible options: --picture)"),
        (["front"], "ulsam-search: Missing argument 'RUN'"),
        (["train", "arch.yaml", "--epochs", "0"], "ulsam-search: --epochs: Input should be greater than or equal to 1"),
        (["export", "tiny", "--pick", "first"], "ulsam-search: --pick: 'first' is not one of 'best', 'knee'"),
    ],
)
def test_what_the_command_line_does_not_know_is_one_line(new_shell: Shell, arguments: list[str], message: str) -> None:
    output = new_shell.run(*arguments, expect=2)
    assert message in output
    assert len(output.strip().splitlines()) == 1


def test_a_command_without_its_command_shows_help(new_shell: Shell) -> None:
    process = new_shell.start()
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "Usage: ulsam-search" in output
    assert "ulsam-search: " not in output


def test_the_version_and_the_glossary_are_those_of_the_package(new_shell: Shell) -> None:
    assert new_shell.run("--glossary") == (ROOT / "docs" / "glossary.md").read_text()
    assert new_shell.run("--version") == f"ulsam-search {version('ulsam-search')}\n"


@pytest.mark.slow
def test_a_trial_that_fits_nowhere_is_refused(new_shell: Shell) -> None:
    new_shell.write("mine.yaml", GOOD + "resources: {cpus: 999}")
    output = new_shell.launch("mine.yaml", expect=2)
    assert "a trial asks for 999 CPUs and 0 GPUs on one machine, Ray has" in output
    assert not (new_shell.folder / "runs").exists()


def test_a_truncated_data_file_is_refused(new_shell: Shell) -> None:
    data = new_shell.folder / "data"
    source = data.resolve()
    data.unlink()
    shutil.copytree(source, data)
    path = data / "digits" / "val.beton"
    path.write_bytes(path.read_bytes()[:-1])
    new_shell.write("mine.yaml", GOOD)
    assert refused(new_shell, LengthError, "launch", "mine.yaml").where.endswith("val.beton")


def test_a_cluster_that_does_not_answer_is_named(new_shell: Shell) -> None:
    new_shell.write("mine.yaml", GOOD.replace("16}", "16, batch_size: 16, learning_rate: 0.03}") + QUIET)
    error = refused(new_shell, NoClusterError, "launch", "mine.yaml", "--address", "127.0.0.1:1")
    assert error.address == "127.0.0.1:1"


@pytest.mark.parametrize(
    ("arguments", "kind", "where"),
    [
        (["launch"], UsageError, "launch"),
        (["launch", "a.yaml", "--resume", "b"], UsageError, "launch"),
        (["launch", "none.yaml"], NoSuchFileError, "none.yaml"),
        (["launch", "--resume", "none"], NoSuchRunError, "none"),
        (["front", "none"], NoSuchRunError, "none"),
        (["export", "none", "--out", "best"], NoSuchRunError, "none"),
        (["export", "none", "--out", "best", "--max-flops", "few"], ArgumentError, "max_flops"),
        (["export", "none", "--out", "best", "--max-latency", "5"], ArgumentError, "max_latency"),
        (["export", "none", "--out", "best", "--max-latency", "5ms", "--untried"], UsageError, "--max-latency"),
        (["export", "none", "--out", "best", "--max-latency", "5ms", "--device", "tpu"], ArgumentError, "device"),
        (["export", "none", "--out", "best", "--device", "cpu"], UsageError, "--device cpu"),
        (["evaluate", "none"], NoSuchNetworkError, "none"),
        (["evaluate", "none", "--data", "s3://AK:hunter2@b/x"], ArgumentError, "data"),
        (["train", "none", "--out", "x", "--seed", "9000000000"], ArgumentError, "seed"),
        (["evaluate", "data"], NotANetworkError, "data"),
        (["train", "none/arch.yaml", "--out", "x"], NoSuchFileError, "none/arch.yaml"),
        (["prepare", "--dataset", "folder", "--out", "x"], NoSourceError, "source"),
        (["prepare", "--dataset", "folder", "--source", "none", "--out", "x"], NoSuchFolderError, "none"),
        (["prepare", "--dataset", "cifar10", "--source", ".", "--out", "x"], NoArchiveError, "."),
        (["prepare", "--dataset", "digits", "--out", "data"], DataExistError, "data"),
        (["prepare", "--dataset", "digits", "--out", "x", "--size", "0"], ImageSizeError, "image size"),
    ],
)
def test_commands_say_what_is_missing(
    new_shell: Shell, arguments: list[str], kind: type[DetailedError], where: str
) -> None:
    assert refused(new_shell, kind, *arguments).where == where


def test_the_causes_of_what_an_option_can_not_be_are_kept(new_shell: Shell) -> None:
    for arguments, cause in (
        (["--max-flops", "few"], CountError),
        (["--max-latency", "5"], TimeError),
    ):
        refused(new_shell, ArgumentError, "export", "none", "--out", "best", *arguments)
        assert new_shell.error is not None
        assert type(new_shell.error.__cause__) is cause
    refused(new_shell, ArgumentError, "evaluate", "none", "--data", "s3://AK:hunter2@b/x")
    assert isinstance(new_shell.error, ArgumentError)
    assert isinstance(new_shell.error.__cause__, CredentialsError)


def test_a_search_file_is_no_run(new_shell: Shell) -> None:
    new_shell.write("mine.yaml", GOOD)
    assert refused(new_shell, NotARunError, "launch", "--resume", "mine.yaml").where == "mine.yaml"


def test_classes_that_a_split_lacks_are_named(new_shell: Shell) -> None:
    for split, names in (("train", "abc"), ("val", "a"), ("test", "abc")):
        for name in names:
            folder = new_shell.folder / "photos" / split / name
            folder.mkdir(parents=True)
            Image.new("RGB", (9, 9), (90, ord(name), 9)).save(folder / "1.png")
    output = new_shell.run("prepare", "--dataset", "folder", "--source", "photos", "--size", 8, "--out", "prepared")
    assert "2 of 3 classes have no val image (b, c)" in output
    assert "no test image" not in output
    new_shell.write("photos.yaml", "name: photos\ndata: prepared\nspace: {backbones: [mobilenet_v1], widths: [0.25]}\n")
    assert "2 of 3 classes have no val image (b, c)" in new_shell.run("plan", "photos.yaml", "--no-timing")
    output = new_shell.run("launch", "photos.yaml", "--address", "127.0.0.1:1", expect=2)  # and goes no further
    assert "2 of 3 classes have no val image (b, c)" in output
    arch = "{backbone: mobilenet_v1, width: 0.25, num_classes: 3, stem_stride: 1}"
    new_shell.write("hand.yaml", f"arch: {arch}\nrecipe: {{epochs: 1, input_size: 8, batch_size: 2}}\n")
    new_shell.run("train", "hand.yaml", "--data", "prepared", "--no-portable", "--out", "trained")
    output = new_shell.run("evaluate", "trained")
    assert "2 of 3 classes have no val image (b, c)" in output
    assert "no test image" not in output


def test_a_path_that_can_not_be_written_is_one_line(new_shell: Shell) -> None:
    new_shell.write("a-file", "not a folder")
    output = new_shell.run("prepare", "--dataset", "digits", "--size", "8", "--out", "a-file/data", expect=2)
    assert isinstance(new_shell.error, OSError)
    assert "a-file" in output
    assert len(output.strip().splitlines()) == 1


def test_a_picture_needs_a_folder_to_go_to(finished: Shell) -> None:
    error = finished.refused(ArgumentError, "front", "tiny", "--picture", "none/front.png")
    assert (error.argument, str(error.got)) == ("picture", "none/front.png")


def test_damaged_exports_are_refused(finished: Shell, tmp_path: Path) -> None:
    best = tmp_path / "best"
    finished.run("export", "tiny", "--no-portable", "--out", best)
    arch, weights = best / "arch.yaml", best / "weights.safetensors"
    text, data = arch.read_text(), weights.read_bytes()

    weights.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert finished.refused(OtherWeightsError, "evaluate", best).where == str(weights)
    weights.unlink()
    assert finished.refused(NoWeightsFileError, "evaluate", best).where == str(weights)
    weights.write_bytes(data)
    arch.write_text(text.replace("  flops: ", "  flops: 9"))
    assert finished.refused(CostMismatchError, "evaluate", best).where == str(arch)


@pytest.mark.parametrize(
    ("old", "new", "kind", "where", "got"),
    [
        ("batch_size: 64", "batch_size: 0", WrongValueError, "recipe: batch_size", 0),
        ("batch_size: 64", "batchsize: 32", UnknownKeyError, "recipe.batchsize", None),
        ("measured:", "more: 1\nmeasured:", UnknownKeyError, "more", None),
        ("mobilenet_v2", "resnet", WrongValueError, "arch: backbone", "'resnet'"),
    ],
)
def test_values_of_an_export_that_are_wrong_are_named(
    finished: Shell, tmp_path: Path, old: str, new: str, kind: type[UsageError], where: str, got: object
) -> None:
    finished.run("export", "tiny", "--no-portable", "--out", tmp_path / "best")
    arch = tmp_path / "best" / "arch.yaml"
    text = arch.read_text()
    assert old in text
    arch.write_text(text.replace(old, new))
    error = finished.refused(FileError, "evaluate", tmp_path / "best")
    assert error.where == str(arch)
    assert (kind, where, got) in [(type(mistake), mistake.where, mistake.got) for mistake in error.mistakes]


def test_other_data_than_the_networks_own_are_refused(finished: Shell, tmp_path: Path) -> None:
    finished.run("export", "tiny", "--no-portable", "--out", tmp_path / "best")
    finished.run("prepare", "--dataset", "digits", "--size", 8, "--out", tmp_path / "other")
    error = finished.refused(OtherDataError, "evaluate", tmp_path / "best", "--data", tmp_path / "other")
    assert error.where == str(tmp_path / "other")
