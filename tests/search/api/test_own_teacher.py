"""``training.teacher: auto``: the search trains its own teacher once, and trials learn from it."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from torch import Tensor

from pipelines.training.distillation import Teacher
from pipelines.training.epoch import Epoch
from pipelines.weights import read_weights
from search.api import launch as launching
from search.api import own_teacher
from search.api import resume as resuming
from search.api.execution import StoppedError
from search.api.watcher import Watcher
from search.artifacts.network import ExportedNetwork
from search.config.settings import read_settings
from search.ray_backend.train_alone import WorkerGoneError
from search.ray_backend.trial_worker import EPOCH, RESULT, TASK, TrialWorker
from search.run.make_task import make_task
from search.run.task import TrialTask
from search.study.folder import RunFolder
from search.study.teacher_copy import teacher_copy
from search.study.trial import TrialResult
from tests.helpers import Shell
from tests.search.factory import fill, spec

SEARCH = """
name: mine
data: data/digits
space:
  {backbones: [mobilenet_v1, mobilenet_v2], widths: [0.1, 0.2], groups: [1], placements: {at_most: 1},
   input_sizes: [8, 16]}
budgets: {params: 40K}
search: {trials: 2, baselines: false, concurrent: 1}
training: {epochs: 1, batch_size: 64, teacher: auto}
"""


@pytest.fixture
def trained(new_shell: Shell, monkeypatch: pytest.MonkeyPatch) -> list[TrialTask]:
    """The tasks that were trained alone: in this process, instead of on a cluster."""
    tasks: list[TrialTask] = []

    def train_alone(task: TrialTask, on_epoch: Callable[[Epoch], None]) -> TrialResult:
        tasks.append(task)
        worker = TrialWorker({TASK: task})
        while RESULT not in (report := worker.step()):
            on_epoch(report[EPOCH])
        result: TrialResult = report[RESULT]
        return result

    monkeypatch.chdir(new_shell.folder)
    monkeypatch.setattr(own_teacher, "train_alone", train_alone)
    for module in (launching, resuming):
        monkeypatch.setattr(module, "joined_cluster", lambda *_: nullcontext())
        monkeypatch.setattr(module, "run_recorded", lambda *_: None)
    new_shell.write("mine.yaml", SEARCH)
    return tasks


class Epochs(Watcher):
    """Notes which of how many epochs of the teacher are over."""

    def __init__(self) -> None:
        self.over: list[tuple[int, int]] = []

    def teacher_epoch(self, epoch: Epoch, epochs: int) -> None:
        self.over.append((epoch.number, epochs))


def test_a_watcher_gets_each_of_its_epochs(trained: list[TrialTask], new_shell: Shell) -> None:
    new_shell.write("longer.yaml", SEARCH.replace("name: mine", "name: longer").replace("epochs: 1", "epochs: 3"))
    watcher = Epochs()
    launching.launch("longer.yaml", runs=Path("runs"), watcher=watcher)
    assert watcher.over == [(1, 3), (2, 3), (3, 3)]


def test_it_is_trained_once_by_the_same_recipe_and_teaches_every_trial(trained: list[TrialTask]) -> None:
    launching.launch("mine.yaml", runs=Path("runs"))
    resuming.resume("mine", runs=Path("runs"))
    (task,) = trained
    folder = RunFolder.find(Path("runs"), "mine")
    record = folder.open_record()
    teacher = task.candidate
    assert (teacher.arch.backbone, teacher.arch.width, teacher.input_size) == ("mobilenet_v1", 0.2, 16)
    assert teacher == teacher.plain
    assert teacher not in record.spec.search_space, "it may cost more than the budgets allow"
    assert task.recipe == replace(record.spec.recipe, distill_weight=0.0)
    copy = teacher_copy(folder.path)
    assert copy is not None
    network = ExportedNetwork.load(copy)
    assert (network.candidate, network.measured.epochs, network.measured.seed) == (teacher, 1, 0)
    assert not task.checkpoints.exists()
    (trial,) = fill(record, [None])
    taught = make_task(trial, record.spec, folder)
    assert (taught.teacher, taught.recipe.distill_weight) == (copy, 0.5)
    worker = TrialWorker({TASK: taught})
    assert worker.step()[RESULT].failure is None


def test_a_search_that_starts_warm_takes_over_the_same_teacher_and_no_other(
    trained: list[TrialTask], new_shell: Shell
) -> None:
    launching.launch("mine.yaml", runs=Path("runs"))
    warm = SEARCH.replace("name: mine", "name: warm").replace("trials: 2,", "trials: 2, warm_start: [mine],")
    new_shell.write("warm.yaml", warm)
    launching.launch("warm.yaml", runs=Path("runs"))
    assert len(trained) == 1
    one, other = (read_weights(Path("runs", name, "teacher", "weights.safetensors")) for name in ("mine", "warm"))
    assert all((one[name] == other[name]).all() for name in one)
    new_shell.write("other.yaml", SEARCH.replace("name: mine", "name: other").replace("0.1, 0.2", "0.1, 0.15"))
    launching.launch("other.yaml", runs=Path("runs"))
    assert [task.candidate.arch.width for task in trained] == [0.2, 0.15]


def test_a_teacher_that_can_not_be_trained_stops_the_search_and_a_resume_tries_again(
    trained: list[TrialTask], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> TrialResult:
        raise WorkerGoneError("it died")

    with monkeypatch.context() as patch:
        patch.setattr(own_teacher, "train_alone", fail)
        with pytest.raises(StoppedError):
            launching.launch("mine.yaml", runs=Path("runs"))
    with monkeypatch.context() as patch:
        patch.setattr(own_teacher, "train_alone", lambda *_: TrialResult(failure="DivergedError: nan"))
        with pytest.raises(StoppedError):
            resuming.resume("mine", runs=Path("runs"))
    resuming.resume("mine", runs=Path("runs"))
    assert len(trained) == 1


def test_a_plan_times_steps_that_ask_the_teacher(new_shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    new_shell.write("mine.yaml", SEARCH)
    asked: list[int] = []
    answer = Teacher.answer

    def count(teacher: Teacher, images: Tensor) -> Tensor:
        asked.append(teacher.input_size)
        return answer(teacher, images)

    monkeypatch.setattr(Teacher, "answer", count)
    assert "teacher: " in new_shell.run("plan", "mine.yaml")
    assert set(asked) == {16}


def test_a_plan_prices_the_teacher_unless_it_is_taken_over(trained: list[TrialTask], new_shell: Shell) -> None:
    figures = new_shell.figures("plan", "mine.yaml")
    assert figures["teacher"] | {"arch_id": ""} == {"arch_id": "", "input_size": 16, "trained_first": True}
    timing = figures["timing"]
    price = timing["price"]
    least = min(one["measured_step_seconds"]["lowest"] for one in timing["networks"])
    assert price["teacher_seconds"] > least, "it has a step at least, and is wider than all others"
    trials = price["trials"] * price["seconds"] / price["at_once"]
    assert price["hours"] == pytest.approx((trials + price["teacher_seconds"] + price["start_seconds"]) / 3600)
    assert "for the teacher" in new_shell.run("plan", "mine.yaml")
    launching.launch("mine.yaml", runs=Path("runs"))
    warm = SEARCH.replace("name: mine", "name: warm").replace("trials: 2,", "trials: 2, warm_start: [mine],")
    new_shell.write("warm.yaml", warm)
    taken_over = new_shell.figures("plan", "warm.yaml")
    assert (taken_over["timing"]["price"]["teacher_seconds"], taken_over["teacher"]["trained_first"]) == (0, False)
    assert "teacher: " in new_shell.run("plan", "warm.yaml", "--no-timing")


def test_the_key_says_which_teacher(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SEARCH)
    training = read_settings(tmp_path / "a.yaml").training
    assert training.teacher == "auto"
    plain, taught = spec(training={"epochs": 2}), spec(training={"epochs": 2, "teacher": "auto"})
    longer = spec(training={"epochs": 3, "teacher": "auto"})
    assert taught.own_teacher is not None
    assert taught.taught_by == plain.key_of(taught.own_teacher, 0), "its training is one as without a teacher"
    keys = {one.key_of(taught.own_teacher, 0) for one in (plain, taught, longer)}
    assert len(keys) == 3
    assert plain.taught_by is None
