"""What a search's record keeps of trainings after it."""

from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pytest

from pipelines.storage.manifest import file_sha256
from pipelines.training.score import Score
from search.analysis.control import training_id
from search.api.record_evaluation import record_evaluation
from search.artifacts.network import ExportedNetwork, PretrainedSection, TeacherSection
from search.study.pretrained_files import PretrainedFile
from search.study.spec import StudySpec
from tests.helpers import Shell

THEIRS, OTHER = "a" * 64, "b" * 64


@pytest.fixture
def mine(finished: Shell, new_shell: Shell) -> Shell:
    """A copy of the run, which may have more final evaluations than others expect of it."""
    copytree(finished.folder / "runs" / "tiny", new_shell.folder / "runs" / "tiny")
    new_shell.run("export", "tiny", "--no-portable", "--out", "best")
    return new_shell


def test_other_weights_or_another_teacher_make_another_training(mine: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run's copy of a file has another content than the file, and is the same start."""
    network, runs = ExportedNetwork.load(mine.folder / "best"), mine.folder / "runs"

    def recorded(pretrained: str | None = None, teacher: str | None = None, workers: int = 1) -> str | None:
        origin = network.origin.model_copy(
            update={
                "pretrained": None if pretrained is None else PretrainedSection(file="a.pth", sha256=pretrained),
                "teacher": None if teacher is None else TeacherSection(folder="teacher", id=teacher),
            }
        )
        measured = network.measured.model_copy(update={"workers": workers})
        trained = network.model_copy(update={"origin": origin, "measured": measured})
        found = record_evaluation(trained, Path("best"), runs)
        assert found is not None
        return found.final.training

    recipe = network.recipe
    assert recorded() == training_id(recipe, pretrained=False)
    assert recorded(OTHER) == training_id(recipe, pretrained=OTHER)
    assert recorded(teacher=OTHER) == training_id(recipe, pretrained=False, teacher=OTHER)
    assert recorded(workers=2) == training_id(recipe, pretrained=False, workers=2)
    own = PretrainedFile(file="a.pth", sha256=THEIRS)
    monkeypatch.setattr(StudySpec, "pretrained_for", lambda spec, arch: own)
    monkeypatch.setattr(StudySpec, "taught_by", THEIRS)
    (runs / "tiny" / own.name).write_bytes(b"the same weights")
    for sha256 in (THEIRS, file_sha256(runs / "tiny" / own.name)):
        assert recorded(sha256, THEIRS) == training_id(recipe, pretrained=True, teacher=True)
    assert recorded(OTHER, OTHER) == training_id(recipe, pretrained=OTHER, teacher=OTHER)


def test_a_value_that_a_later_test_score_lacks_is_kept(mine: Shell) -> None:
    """A function of the user's own is not computed where its code may not run."""
    network, runs = ExportedNetwork.load(mine.folder / "best"), mine.folder / "runs"

    def recorded(test: Score) -> Score | None:
        found = record_evaluation(network, Path("best"), runs, test)
        assert found is not None
        return found.final.test

    first = Score(values={"accuracy": 0.5, "mine": 0.25}, images=40, standard_errors={"mine": 0.01})
    assert recorded(first) == first
    assert recorded(replace(first, values={"accuracy": 0.75}, standard_errors={})) == Score(
        values={"accuracy": 0.75, "mine": 0.25}, images=40, standard_errors={"mine": 0.01}
    )
    other = Score(values={"accuracy": 0.5}, images=20)
    assert recorded(other) == other, "of other images"
