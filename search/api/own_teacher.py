"""The teacher that a search trains itself, once, before all other networks: ``training.teacher: auto``."""

import shutil
from pathlib import Path

from pipelines.files import atomic_dir
from pipelines.training.score import Score
from search.api.earlier_teacher import earlier_teacher
from search.api.execution import StoppedError
from search.api.watcher import Watcher
from search.artifacts.blueprint import Blueprint
from search.artifacts.network import ARCH_NAME, WEIGHTS_NAME, PretrainedSection
from search.artifacts.teacher import files_of
from search.artifacts.trained import Hardware, trained_network
from search.ray_backend.train_alone import WorkerGoneError, train_alone
from search.run.make_task import training_task
from search.run.task import TrialTask
from search.study.folder import RunFolder
from search.study.spec import StudySpec
from search.study.teacher_copy import TEACHER_NAME
from search.study.trial import TrialResult
from spaces import Candidate

_CHECKPOINTS = "teacher"  # beside those of trials


def train_own_teacher(folder: RunFolder, spec: StudySpec, watcher: Watcher) -> None:
    """Trains the search's own teacher into the run, or copies the same one from an earlier run.

    Does nothing where the search has no own teacher, or the run has it already. An interrupted training is resumed.

    Args:
        folder: of the run; the caller holds its lock.
        spec: the search.
        watcher: notified of the training and its epochs.

    Raises:
        StoppedError: the teacher can't be trained.
    """
    teacher, out = spec.own_teacher, folder.path / TEACHER_NAME
    if teacher is None or (out / ARCH_NAME).is_file() or _take_over(folder, spec, out):
        return
    watcher.teacher_begins(teacher)
    task = _task(teacher, folder, spec)
    try:
        result = train_alone(task, lambda epoch: watcher.teacher_epoch(epoch, task.recipe.epochs))
    except WorkerGoneError as error:
        raise StoppedError(folder, f"the teacher can't be trained: {error}") from error
    if result.failure is not None:
        raise StoppedError(folder, f"the teacher can't be trained: {result.failure}")
    watcher.teacher_epoch(result.epochs[-1], task.recipe.epochs)  # the last one comes with the result alone
    _describe(teacher, result, spec, out)
    shutil.rmtree(task.checkpoints, ignore_errors=True)


def _take_over(folder: RunFolder, spec: StudySpec, out: Path) -> bool:
    """Copies the teacher of an earlier run that has the same one; returns whether there is such a run."""
    found = earlier_teacher(folder.path.parent, spec)
    if found is None:
        return False
    shutil.rmtree(out, ignore_errors=True)
    with atomic_dir(out) as partial:
        for file in files_of(found):
            shutil.copyfile(file, partial / file.name)
    return True


def _task(teacher: Candidate, folder: RunFolder, spec: StudySpec) -> TrialTask:
    assert spec.taught_by is not None
    return training_task(
        teacher,
        spec.recipe.without_teacher,
        spec,
        folder,
        number=-1,  # of no trial
        seed=spec.search.seed,
        key=spec.taught_by,
        weights=folder.path / TEACHER_NAME / WEIGHTS_NAME,
        checkpoints=folder.checkpoints(0).with_name(_CHECKPOINTS),
    )


def _describe(teacher: Candidate, result: TrialResult, spec: StudySpec, out: Path) -> None:
    """Writes the file that makes the weights in ``out`` an exported network."""
    file, recipe, last = spec.pretrained_for(teacher.arch), spec.recipe.without_teacher, result.epochs[-1]
    trained_network(
        Blueprint(arch=teacher.arch, input_size=teacher.input_size, recipe=recipe),
        recipe,
        spec.search.seed,
        spec.data,
        None if file is None else PretrainedSection(file=file.file, sha256=file.sha256),
        None,
        Score(values=last.val, images=spec.data.val_images, standard_errors=last.standard_errors),
        out / WEIGHTS_NAME,
        Hardware(device=result.device, threads=spec.resources.cpus, workers=1),
    ).save(out / ARCH_NAME)
