"""Makes the task of a training: all that a worker needs."""

from dataclasses import replace
from pathlib import Path

from pipelines.training.recipe import Recipe
from search.run.task import TrialTask
from search.study.folder import RunFolder
from search.study.pretrained_files import pretrained_copy
from search.study.spec import StudySpec
from search.study.teacher_copy import teacher_copy
from search.study.trial import TrialRecord
from spaces import Candidate


def make_task(trial: TrialRecord, spec: StudySpec, folder: RunFolder) -> TrialTask:
    """Returns the task of a trial of a search.

    Args:
        trial: with its network, number and seed.
        spec: the search.
        folder: of the run.
    """
    task = training_task(
        trial.candidate,
        spec.recipe,
        spec,
        folder,
        number=trial.number,
        seed=trial.seed,
        key=spec.key_of(trial.candidate, trial.seed),
        weights=folder.weights(trial.number),
        checkpoints=folder.checkpoints(trial.number),
    )
    # A further seed is for a network whose worth is known already.
    rungs = spec.search.rungs_of(spec.recipe.epochs) if trial.seed == spec.search.seed else ()
    return replace(task, teacher=teacher_copy(folder.path), rungs=rungs)


def training_task(
    candidate: Candidate,
    recipe: Recipe,
    spec: StudySpec,
    folder: RunFolder,
    *,
    number: int,
    seed: int,
    key: str,
    weights: Path,
    checkpoints: Path,
) -> TrialTask:
    """Returns the task of a training to its end, without a teacher, from the trained weights of a search.

    Args:
        candidate: the network.
        recipe: of the training.
        spec: the search, whose data and resources the task has.
        folder: of the run, with its copies of trained weights.
        number: of the trial in the record.
        seed: of the weights, the data order and the views.
        key: a hash of all that the result depends on.
        weights: the file to write the trained weights to.
        checkpoints: folder of the task's own checkpoints.
    """
    file, resources = spec.pretrained_for(candidate.arch), spec.resources
    return TrialTask(
        number=number,
        candidate=candidate,
        recipe=recipe,
        data=spec.data.folder,
        data_id=spec.data.data_id,
        seed=seed,
        key=key,
        weights=weights,
        checkpoints=checkpoints,
        checkpoint_seconds=resources.checkpoint_seconds,
        cpus=resources.cpus,
        gpus=resources.gpus,
        pretrained=pretrained_copy(folder.path, file),
        cut_from=None if file is None else file.cut_from(candidate.arch),
        reader=None if resources.reader == "auto" else resources.reader,
        memory=resources.memory,
        compiling=resources.compile,
        metric=spec.metric.name,
        own_metric=spec.own_metric,
        fold=spec.fold_of(seed),
    )
