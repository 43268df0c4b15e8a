"""Writes what a network scores into the record of the search that found it."""

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
    """What became of a score.

    Attributes:
        recorded: the run, and what is in its record now; None: it could not be written.
        problem: why it could not.
        trackers: reports of those that keep the run elsewhere and got the score as well.
    """

    recorded: RecordedEvaluation | None = None
    problem: str | None = None
    trackers: tuple[TrackerReport, ...] = ()


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
    trackers = trackers_of(recorded.run, recorded.spec)
    for tracker in trackers:
        tracker.evaluated([recorded.final])
    return Recording(recorded=recorded, trackers=tuple(tracker.report() for tracker in trackers))
