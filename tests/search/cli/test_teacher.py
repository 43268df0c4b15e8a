"""A network learns from an exported one: by ``train``, and in a search."""

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
import yaml

from pipelines.training.epoch import Epoch
from pipelines.training.recipe import TAUGHT_SHARE
from search.api import launch as launching
from search.api.train_network import train_network
from search.artifacts.network import ExportedNetwork, NotANetworkError
from search.artifacts.teacher import OtherClassesError, OtherNormalisationError, id_of_teacher
from search.artifacts.training_checkpoint import BegunOtherwiseError
from search.config.settings import read_settings
from search.errors import ArgumentError, FileError, NoWeightsError
from search.run.make_task import make_task
from search.study.folder import RunFolder
from search.study.teacher_copy import TeacherGoneError, check_teacher, teacher_copy
from tests.helpers import Shell
from tests.search.factory import fill

SEARCH = """
name: mine
data: data/digits
space: {widths: [0.1, 0.2], groups: [1, 4], placements: {at_most: 2}}
search: {trials: 2, baselines: false}
training: {epochs: 1, input_size: 16, batch_size: 64, teacher: best, distill_weight: 0.25}
"""


@pytest.fixture(scope="module")
def exported(finished: Shell, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("teacher") / "best"
    finished.run("export", "tiny", "--no-portable", "--out", out)
    return out


@pytest.fixture
def terminal(new_shell: Shell, exported: Path) -> Shell:
    """A folder with an exported network, ``best``, and a search that learns from it."""
    copytree(exported, new_shell.folder / "best")
    new_shell.write("mine.yaml", SEARCH)
    return new_shell


def changed(terminal: Shell, change: Callable[[dict[str, Any]], None]) -> None:
    """Another network in the place of ``best``."""
    file = terminal.folder / "best" / "arch.yaml"
    values = yaml.safe_load(file.read_text())
    change(values)
    file.write_text(yaml.safe_dump(values))


def test_train_learns_from_an_exported_network_and_says_so(terminal: Shell) -> None:
    begin = ("train", "best/arch.yaml", "--no-portable", "--epochs", 1, "--seed", 3)
    terminal.run(*begin, "--teacher", "best", "--out", "taught")
    taught = ExportedNetwork.load(terminal.folder / "taught")
    teacher = ExportedNetwork.load(terminal.folder / "best")
    assert taught.recipe.distill_weight == TAUGHT_SHARE
    assert taught.origin.teacher is not None
    assert (taught.origin.teacher.folder, taught.origin.teacher.id) == ("best", id_of_teacher(teacher))
    card = (terminal.folder / "taught" / "README.md").read_text()
    assert "the network in `best`" in card
    assert "arch.yaml --teacher best` trains the network for longer" in card

    terminal.run(*begin, "--out", "plain")
    alone = terminal.run("train", "taught", *begin[2:], "--out", "alone")
    assert "--teacher" in alone
    plain, untaught = (ExportedNetwork.load(terminal.folder / name) for name in ("plain", "alone"))
    assert untaught.recipe == plain.recipe
    assert untaught.origin.teacher is None
    assert untaught.measured.weights_sha256 == plain.measured.weights_sha256 != taught.measured.weights_sha256


def test_train_names_the_teacher_of_the_search_that_found_the_network(terminal: Shell, finished: Shell) -> None:
    copytree(finished.folder / "runs" / "tiny", terminal.folder / "runs" / "tiny")
    teacher = terminal.folder / "runs" / "tiny" / "teacher"
    own = {"folder": "teacher", "id": id_of_teacher(ExportedNetwork.load(terminal.folder / "best"))}
    copytree(terminal.folder / "best", teacher)
    changed(
        terminal, lambda values: (values["recipe"].update(distill_weight=0.5), values["origin"].update(teacher=own))
    )
    begin = ("train", "best/arch.yaml", "--no-portable", "--epochs", 1, "--out")
    assert "--teacher runs/tiny/teacher" in terminal.run(*begin, "beside")
    changed(terminal, lambda values: values["origin"]["teacher"].update(id="another"))
    assert "--teacher FOLDER" in terminal.run(*begin, "another")
    (teacher / "arch.yaml").write_text("damaged")
    assert "--teacher FOLDER" in terminal.run(*begin, "damaged")


def test_options_say_how_much_train_learns_from_a_teacher(terminal: Shell) -> None:
    begin = ("train", "best/arch.yaml", "--no-portable", "--epochs", 1)
    teaching = ("--teacher", "best", "--distill-weight", 0.8, "--distill-temperature", 3)
    terminal.run(*begin, *teaching, "--out", "options")
    recipe = ExportedNetwork.load(terminal.folder / "options").recipe
    assert (recipe.distill_weight, recipe.distill_temperature) == (0.8, 3.0)
    terminal.run(*begin, "--teacher", "best", "--distill-temperature", 4, "--out", "warmer")
    warmer = ExportedNetwork.load(terminal.folder / "warmer").recipe
    assert (warmer.distill_weight, warmer.distill_temperature) == (TAUGHT_SHARE, 4.0)


@pytest.mark.parametrize(
    ("options", "argument"),
    [
        (("--distill-weight", 0.5), "distill_weight"),
        (("--distill-temperature", 3), "distill_temperature"),
        (("--teacher", "best", "--distill-weight", 0), "distill_weight"),
        (("--teacher", "best", "--distill-weight", 1.1), "distill_weight"),
        (("--teacher", "best", "--distill-temperature", 0), "distill_temperature"),
        (("--teacher", "best", "--distill-temperature", "nan"), "distill_temperature"),
    ],
)
def test_what_a_teacher_can_not_be_asked_for_is_refused(
    terminal: Shell, options: tuple[object, ...], argument: str
) -> None:
    error = terminal.refused(ArgumentError, "train", "best/arch.yaml", *options, "--out", "out")
    assert error.argument == argument
    assert not (terminal.folder / "out").exists()


def test_a_training_goes_on_only_with_the_teacher_that_it_began_with(terminal: Shell) -> None:
    import torch

    class InterruptionError(Exception): ...

    def interrupt(epoch: Epoch) -> None:
        if epoch.number == 1:
            raise InterruptionError

    folder, cpu = terminal.folder, torch.device("cpu")
    network = ExportedNetwork.load(folder / "best")
    recipe = yaml.safe_load((folder / "best" / "arch.yaml").read_text())["recipe"] | {"distill_weight": 0.5}
    network = ExportedNetwork.model_validate(network.model_dump() | {"recipe": recipe})
    begun: dict[str, Any] = {"epochs": 2, "seed": 4, "device": cpu, "data": folder / "data" / "digits"}
    whole = train_network(network, folder / "whole", **begun, teacher=folder / "best")
    with pytest.raises(InterruptionError):
        train_network(network, folder / "parts", **begun, teacher=folder / "best", on_epoch=interrupt)
    copytree(folder / "whole", folder / "other")
    for other in (folder / "other", None):
        with pytest.raises(BegunOtherwiseError, check=lambda error: error.key == "teacher"):
            train_network(network, folder / "parts", **begun, teacher=other, resume=True)
    parts = train_network(network, folder / "parts", **begun, teacher=folder / "best", resume=True)
    assert parts.measured == whole.measured


def test_a_search_has_its_own_copy_of_its_teacher(terminal: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    folders: list[RunFolder] = []
    monkeypatch.chdir(terminal.folder)
    monkeypatch.setattr(launching, "joined_cluster", lambda *_: nullcontext())
    monkeypatch.setattr(launching, "run_recorded", lambda folder, *_: folders.append(folder))
    launching.launch("mine.yaml", runs=Path("runs"))
    (folder,) = folders
    record = folder.open_record()
    teacher = ExportedNetwork.load(terminal.folder / "best")
    assert record.spec.teacher_id == id_of_teacher(teacher)
    assert record.spec.recipe.distill_weight == 0.25
    copy = teacher_copy(folder.path)
    assert copy is not None
    assert ExportedNetwork.load(copy) == teacher
    (trial,) = fill(record, [None])
    assert make_task(trial, record.spec, folder).teacher == copy
    plain = record.spec.model_copy(update={"teacher_id": None})
    assert record.spec.key_of(trial.candidate, trial.seed) != plain.key_of(trial.candidate, trial.seed)
    check_teacher(folder.path)
    copy.rename(terminal.folder / "elsewhere")
    with pytest.raises(TeacherGoneError, check=lambda error: error.where == str(copy)):
        check_teacher(folder.path)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda values: values["data"].update(classes=values["data"]["classes"][::-1]), OtherClassesError),
        (lambda values: values["data"].update(mean=[0.5, 0.5, 0.5]), OtherNormalisationError),
        (lambda values: [values.pop(key) for key in ("measured", "data", "origin")], NoWeightsError),
    ],
    ids=["other classes", "other normalisation", "no weights"],
)
def test_a_network_that_can_not_teach_is_refused_before_anything_starts(
    terminal: Shell, exported: Path, change: Callable[[dict[str, Any]], None], kind: type[FileError]
) -> None:
    changed(terminal, change)
    refused = terminal.refused(FileError, "launch", "mine.yaml")
    assert [mistake.where for mistake in refused.mistakes] == ["training.teacher"]
    assert isinstance(refused.__cause__, kind)
    terminal.refused(kind, "train", exported / "arch.yaml", "--teacher", "best", "--out", "out")
    assert not (terminal.folder / "out").exists()
    assert not (terminal.folder / "runs").exists()


def test_a_folder_that_is_no_export_does_not_teach(terminal: Shell) -> None:
    arguments = ("train", "best/arch.yaml", "--teacher", "data", "--out", "out")
    assert terminal.refused(NotANetworkError, *arguments).where == "data"
    assert not (terminal.folder / "out").exists()


def test_without_a_teacher_what_a_file_says_of_teaching_changes_nothing(terminal: Shell) -> None:
    terminal.write("plain.yaml", SEARCH.replace("teacher: best, ", ""))
    terminal.write("shorter.yaml", SEARCH.replace(", teacher: best, distill_weight: 0.25", ""))
    plain, shorter = (read_settings(terminal.folder / name).training for name in ("plain.yaml", "shorter.yaml"))
    assert plain.to_recipe() == shorter.to_recipe()
    assert "distill_weight" not in plain.to_recipe().to_dict()
