"""Writes the score that a network reaches after its search into the search's record."""

from dataclasses import dataclass
from pathlib import Path

from pipelines.storage.manifest import file_sha256
from pipelines.training.score import Score
from search.analysis.control import training_id
from search.artifacts.network import ExportedNetwork, TeacherSection
from search.artifacts.teacher import id_of_teacher
from search.study.final_evaluation import FinalEvaluation
from search.study.folder import RunFolder
from search.study.pretrained_files import pretrained_copy
from search.study.run_names import SETTINGS_NAME
from search.study.spec import StudySpec
from search.study.study import StudyRecord
from search.study.teacher_copy import teacher_copy


@dataclass(frozen=True, slots=True)
class RecordedEvaluation:
    """An evaluation that was written into a record.

    Attributes:
        run, spec: the run, and its search.
        final: the evaluation as the record has it now.
        same_training: the trial that this training repeated, where the network itself names none; None: no trial.
    """

    run: RunFolder
    spec: StudySpec
    final: FinalEvaluation
    same_training: int | None


def record_evaluation(
    network: ExportedNetwork, folder: Path, runs: Path, test: Score | None = None, errors_page: Path | None = None
) -> RecordedEvaluation | None:
    """Writes the score of ``network`` into the record of the search that found it.

    Args:
        network: as exported or trained.
        folder: of the network, or its ``arch.yaml``.
        runs: the folder that holds the search's run; where it does not, as on another machine, nothing is written.
        test: the score on the test split; None: a score in the record stays.
        errors_page: the page that shows where the network errs; None: a page in the record stays.

    Returns:
        What was written; None: the search's run is not in ``runs``, or no search found the network.

    Raises:
        UsageError: the run can't be read, or its record can't be written.
    """
    origin, measured = network.origin, network.measured
    if origin.search is None:
        return None
    if not (runs / origin.search.run / SETTINGS_NAME).is_file():
        return None
    run = RunFolder.find(runs, origin.search.run)
    record = run.open_record()
    if record.spec.search_id != origin.search.id:
        return None  # another search has that name now
    trial = origin.trial if origin.trial is not None else _trial_of(record, measured.weights_sha256)
    final = FinalEvaluation(
        weights_sha256=measured.weights_sha256,
        candidate=network.candidate,
        trial=trial,
        epochs=measured.epochs,
        seed=measured.seed,
        folder=str((folder.parent if folder.is_file() else folder).resolve()),
        val=measured.score,
        test=test,
        training=training_id(
            network.recipe,
            pretrained=_weights_of(network, run, record.spec),
            teacher=_teacher_of(origin.teacher, run, record.spec),
            workers=measured.workers,
            folds=None if measured.fold is None else measured.fold.of,
        ),
        method=measured.method if trial is None else record.spec.method,
        errors_page=None if errors_page is None else str(errors_page.resolve()),
    )
    recorded = record.record_evaluation(final)
    same_training = recorded.trial if origin.trial is None else None
    return RecordedEvaluation(run, record.spec, recorded, same_training)


def _weights_of(network: ExportedNetwork, run: RunFolder, spec: StudySpec) -> bool | str:
    """Returns the weights that ``network`` started from, as :func:`training_id` takes them."""
    pretrained, own = network.origin.pretrained, spec.pretrained_for(network.arch)
    if pretrained is None:
        return False
    copy = pretrained_copy(run.path, own)
    if own is not None and pretrained.sha256 == own.sha256:
        return True
    is_copy = copy is not None and copy.exists() and pretrained.sha256 == file_sha256(copy)
    return is_copy or pretrained.sha256


def _teacher_of(teacher: TeacherSection | None, run: RunFolder, spec: StudySpec) -> bool | str:
    """Returns the teacher of a network, as :func:`training_id` takes it."""
    if teacher is None:
        return False
    copy = teacher_copy(run.path)
    if teacher.id == spec.taught_by:
        return True
    return (copy is not None and teacher.id == id_of_teacher(ExportedNetwork.load(copy))) or teacher.id


def _trial_of(record: StudyRecord, weights_sha256: str) -> int | None:
    """Returns the trial with the same weights, to the bit; None: there is none."""
    results = ((trial.number, trial.result) for trial in record.ended())
    return next((number for number, result in results if result and result.weights_sha256 == weights_sha256), None)
