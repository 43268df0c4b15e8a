"""Writes into a search's record what a network scores after its search."""

from dataclasses import dataclass
from pathlib import Path

from pipelines.training.score import Score
from search.analysis.control import training_id
from search.artifacts.network import ExportedNetwork
from search.study.final_evaluation import FinalEvaluation
from search.study.folder import RunFolder
from search.study.run_names import SETTINGS_NAME
from search.study.spec import StudySpec
from search.study.study import StudyRecord


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
        training=training_id(network.recipe, pretrained=origin.pretrained is not None),
        method=measured.method if trial is None else record.spec.method,
    )
    recorded = record.record_evaluation(final)
    same_training = recorded.trial if origin.trial is None else None
    return RecordedEvaluation(run, record.spec, recorded, same_training)


def _trial_of(record: StudyRecord, weights_sha256: str) -> int | None:
    """The trial that came to the same weights, to the bit; None: none did."""
    results = ((trial.number, trial.result) for trial in record.ended())
    return next((number for number, result in results if result and result.weights_sha256 == weights_sha256), None)
