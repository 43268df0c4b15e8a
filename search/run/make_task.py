"""Makes the task of a trial: all that a worker needs to train it."""

from search.run.task import TrialTask
from search.study.folder import RunFolder
from search.study.pretrained_files import pretrained_copy
from search.study.spec import StudySpec
from search.study.teacher_copy import teacher_copy
from search.study.trial import TrialRecord


def make_task(trial: TrialRecord, spec: StudySpec, folder: RunFolder) -> TrialTask:
    """The task of ``trial`` in the search of ``spec``, which keeps its files in ``folder``."""
    file = spec.pretrained_for(trial.arch)
    return TrialTask(
        number=trial.number,
        candidate=trial.candidate,
        recipe=spec.recipe,
        data=spec.data.folder,
        data_id=spec.data.data_id,
        seed=trial.seed,
        key=spec.key_of(trial.candidate, trial.seed),
        weights=folder.weights(trial.number),
        checkpoints=folder.checkpoints(trial.number),
        checkpoint_seconds=spec.resources.checkpoint_seconds,
        cpus=spec.resources.cpus,
        gpus=spec.resources.gpus,
        pretrained=pretrained_copy(folder.path, file),
        cut_from=None if file is None else file.cut_from(trial.arch),
        teacher=teacher_copy(folder.path),
        reader=None if spec.resources.reader == "auto" else spec.resources.reader,
        memory=spec.resources.memory,
        compiling=spec.resources.compile,
        metric=spec.search.metric,
        # A further seed is for a network whose worth is known already.
        rungs=spec.search.rungs_of(spec.recipe.epochs) if trial.seed == spec.search.seed else (),
    )
