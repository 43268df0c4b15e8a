"""The Pareto front of a run."""

from dataclasses import dataclass
from pathlib import Path

from search.analysis.front import complete
from search.command import quoted
from search.errors import UsageError
from search.optimize.hypervolume_gap import HypervolumeGap
from search.optimize.pareto import hypervolume
from search.study.final_evaluation import FinalEvaluation
from search.study.folder import RunFolder
from search.study.run_names import RUNS, called
from search.study.spec import StudySpec
from search.study.trial import TrialRecord


class NothingCompleteError(UsageError):
    """No trial of a search is complete yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFront:
    """The results of a search so far.

    Attributes:
        folder: of the run.
        spec: the search.
        trials: the trials that have ended, in that order; at least one is complete.
        final_evaluations: scores of exported networks, from the record.
        hypervolume: of the front, with the search's own reference point; larger is better.
        remaining: the latest estimate of what untried networks could add; None: there is none.
    """

    folder: Path
    spec: StudySpec
    trials: tuple[TrialRecord, ...]
    final_evaluations: tuple[FinalEvaluation, ...]
    hypervolume: float
    remaining: HypervolumeGap | None

    def save_page(self, path: Path) -> None:
        """Writes the front as an interactive HTML page."""
        from search.render.front_page import save_page

        save_page(self.spec, self.trials, path, self.final_evaluations, run=quoted(called(self.folder)))

    def save_picture(self, path: Path) -> None:
        """Draws the front into a file.

        Args:
            path: of the file to write (PNG, SVG or PDF); its ending decides the format.
        """
        from search.render.front_picture import save_picture  # draws with Matplotlib, which the rest does without

        save_picture(self.spec, self.trials, path)


def front(run: str, runs: Path = RUNS) -> SearchFront:
    """Returns the front of a search: the networks that no other beats in the metric and costs together.

    Args:
        run: the name of a run in ``runs``, or the path of its folder; the search may be running.
        runs: the folder that holds the runs.

    Raises:
        NothingCompleteError: no trial is complete yet.
        UsageError: there is no such run, or its record can't be read.
    """
    folder = RunFolder.find(runs, run)
    now = folder.snapshot()
    spec, ended, final_evaluations = now.spec, now.ended, now.final_evaluations
    done = complete(ended)
    if not done:
        raise NothingCompleteError("no trial is complete yet", where=spec.name)
    estimates = [trial.result.remaining for trial in ended if trial.result is not None and trial.result.remaining]
    return SearchFront(
        folder=folder.path,
        spec=spec,
        trials=ended,
        final_evaluations=final_evaluations,
        hypervolume=hypervolume([trial.objectives for trial in done], spec.reference),
        remaining=estimates[-1] if estimates else None,
    )
