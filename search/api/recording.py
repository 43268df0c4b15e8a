"""Writes the score of a network into the record of the search that found it, and to its trackers."""

from dataclasses import dataclass
from pathlib import Path

from pipelines.training.score import Score
from search.api.record_evaluation import RecordedEvaluation, record_evaluation
from search.api.trackers import trackers_of
from search.artifacts.network import ExportedNetwork
from search.errors import UsageError
from search.run.tracker import TrackerReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """The result of recording a score.

    Attributes:
        recorded: the run, and the entry in its record; None: it could not be written.
        problem: why it could not.
        trackers: the reports of the run's trackers, which also got the score.
    """

    recorded: RecordedEvaluation | None = None
    problem: str | None = None
    trackers: tuple[TrackerReport, ...] = ()


def record_score(
    network: ExportedNetwork, folder: Path, runs: Path, test: Score | None = None, errors_page: Path | None = None
) -> Recording | None:
    """Writes the score of ``network`` into the record of its search, and notifies its trackers.

    No failure is raised: the measurement is valid even where it can't be recorded.

    Args:
        network: as exported or trained.
        folder: of the network, or its ``arch.yaml``.
        runs: the folder that holds the search's run.
        test: the score on the test split; None: a score in the record stays.
        errors_page: the page that shows where the network errs; None: a page in the record stays.

    Returns:
        The result; None: no search found the network, or its run is not in ``runs``.
    """
    try:
        recorded = record_evaluation(network, folder, runs, test, errors_page)
    except UsageError as error:
        return Recording(problem=str(error))
    if recorded is None:
        return None
    trackers = trackers_of(recorded.run, recorded.spec)
    for tracker in trackers:
        tracker.evaluated([recorded.final])
    return Recording(recorded=recorded, trackers=tuple(tracker.report() for tracker in trackers))
