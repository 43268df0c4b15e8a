"""Makes the task of a trial: all that a worker needs to train it."""

from search.run.task import TrialTask
from search.study.folder import RunFolder
from search.study.spec import StudyFacts
from search.study.trial import TrialRecord


def make_task(trial: TrialRecord, facts: StudyFacts, folder: RunFolder) -> TrialTask:
    """The task of ``trial`` in the search of ``facts``, which keeps its files in ``folder``."""
    return TrialTask(
        number=trial.number,
        arch=trial.arch,
        recipe=facts.recipe,
        data=facts.data.folder,
        data_id=facts.data.data_id,
        seed=trial.seed,
        key=facts.key_of(trial.arch, trial.seed),
        weights=folder.weights(trial.number),
        checkpoints=folder.checkpoints(trial.number),
        checkpoint_seconds=facts.resources.checkpoint_seconds,
        cpus=facts.resources.cpus,
        gpus=facts.resources.gpus,
        pretrained=folder.pretrained,
        reader=None if facts.resources.reader == "auto" else facts.resources.reader,
        memory=facts.resources.memory,
        compiling=facts.resources.compile,
        metric=facts.search.metric,
        # A further seed is for a network whose worth is known already.
        rungs=facts.search.rungs_of(facts.recipe.epochs) if trial.seed == facts.search.seed else (),
    )
