"""Writes into a search's record what a network scores after its search."""

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
    """What was written into a record.

    Attributes:
        run, spec: whose record it is, and what its search is.
        final: what stands in its record now.
        same_training: the trial whose training it was over again, where the network itself names none.
    """

    run: RunFolder
    spec: StudySpec
    final: FinalEvaluation
    same_training: int | None


def record_evaluation(
    network: ExportedNetwork, folder: Path, runs: Path, test: Score | None = None
) -> RecordedEvaluation | None:
    """Writes what ``network`` scores into the record of the search that found it.

    Args:
        network: as exported or trained.
        folder: where it is, or its ``arch.yaml``.
        runs: the folder that has the search's run. Where it has not, as on another machine, nothing is written.
        test: its score on the test split; None: what is known of that stays.

    Returns:
        What was written where; None: the run is not in ``runs``.

    Raises:
        UsageError: the run can't be read, or its record not written.
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
        ),
        method=measured.method if trial is None else record.spec.method,
    )
    recorded = record.record_evaluation(final)
    same_training = recorded.trial if origin.trial is None else None
    return RecordedEvaluation(run, record.spec, recorded, same_training)


def _weights_of(network: ExportedNetwork, run: RunFolder, spec: StudySpec) -> bool | str:
    """What ``network`` started from, as :func:`training_id` takes it."""
    pretrained, own = network.origin.pretrained, spec.pretrained_for(network.arch)
    if pretrained is None:
        return False
    copy = pretrained_copy(run.path, own)
    if own is not None and pretrained.sha256 == own.sha256:
        return True
    is_copy = copy is not None and copy.exists() and pretrained.sha256 == file_sha256(copy)
    return is_copy or pretrained.sha256


def _teacher_of(teacher: TeacherSection | None, run: RunFolder, spec: StudySpec) -> bool | str:
    """What a network learnt from, as :func:`training_id` takes it."""
    if teacher is None:
        return False
    copy = teacher_copy(run.path)
    if teacher.id == spec.taught_by:
        return True
    return (copy is not None and teacher.id == id_of_teacher(ExportedNetwork.load(copy))) or teacher.id


def _trial_of(record: StudyRecord, weights_sha256: str) -> int | None:
    """The trial that came to the same weights, to the bit; None: none did."""
    results = ((trial.number, trial.result) for trial in record.ended())
    return next((number for number, result in results if result and result.weights_sha256 == weights_sha256), None)
