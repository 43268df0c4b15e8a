"""Writes what a network scores into the record of the search that found it."""

from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import first_line
from pipelines.training.score import Score
from search.api.record_evaluation import RecordedEvaluation, record_evaluation
from search.artifacts.network import ExportedNetwork
from search.config.secret import without_password
from search.errors import UsageError
from search.tracking.mlflow_evaluations import write_evaluations


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What became of a score.

    Attributes:
        recorded: the run, and what is in its record now; None: it could not be written.
        problem: why it could not.
        mlflow_problem: why MLflow does not have it.
    """

    recorded: RecordedEvaluation | None = None
    problem: str | None = None
    mlflow_problem: str | None = None


def record_score(network: ExportedNetwork, folder: Path, runs: Path, test: Score | None = None) -> Recording | None:
    """Writes what ``network`` in ``folder`` scores into the record of its search, where that is in ``runs``.

    What was measured is measured, whatever becomes of a record: no failure is raised.

    Returns:
        What became of it; None: no search found the network, or its run is elsewhere.
    """
    try:
        recorded = record_evaluation(network, folder, runs, test)
    except UsageError as error:
        return Recording(problem=str(error))
    if recorded is None:
        return None
    uri = recorded.run.mlflow_uri
    try:
        write_evaluations(uri, recorded.spec, [recorded.final])
    except Exception as error:  # whatever MLflow or its server raises
        reason = f"{type(error).__name__}: {without_password(first_line(error), uri)}"
        return Recording(recorded=recorded, mlflow_problem=reason)
    return Recording(recorded=recorded)
