"""The Pareto front of a run."""

from dataclasses import dataclass
from pathlib import Path

from search.analysis.front import complete
from search.command import quoted
from search.errors import UsageError
from search.optimize.hypervolume_gap import Remaining
from search.optimize.pareto import hypervolume
from search.study.final_evaluation import FinalScore
from search.study.folder import RunFolder
from search.study.run_names import RUNS, called
from search.study.spec import StudyFacts
from search.study.trial import TrialRecord


class NothingCompleteError(UsageError):
    """No trial of a search is complete yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFront:
    """What a search has found so far.

    Attributes:
        folder: of the run.
        facts: of the search.
        trials: that ended, in that order; at least one is complete.
        finals: what networks score that were exported or trained for longer.
        hypervolume: of the front, with the search's own reference point.
        remaining: the latest estimate of what untried networks could add; None: there is none.
    """

    folder: Path
    facts: StudyFacts
    trials: tuple[TrialRecord, ...]
    finals: tuple[FinalScore, ...]
    hypervolume: float
    remaining: Remaining | None

    def save_page(self, path: Path) -> None:
        """Writes an interactive HTML page."""
        from search.render.front_page import save_page

        save_page(self.facts, self.trials, path, self.finals, run=quoted(called(self.folder)))

    def save_picture(self, path: Path) -> None:
        """Draws a PNG, SVG or PDF file."""
        from search.render.front_picture import save_picture  # draws with Matplotlib, which the rest does without

        save_picture(self.facts, self.trials, path)


def front(run: str, runs: Path = RUNS) -> SearchFront:
    """The networks that no other beats in accuracy and costs together, from the record alone.

    Args:
        run: name, or path of its folder; the search may be running.
        runs: where runs are.

    Raises:
        UsageError: there is no such run, or no trial of it is complete.
    """
    folder = RunFolder.find(runs, run)
    now = folder.snapshot()
    facts, ended, finals = now.facts, now.ended, now.finals
    done = complete(ended)
    if not done:
        raise NothingCompleteError("no trial is complete yet", where=facts.name)
    estimates = [trial.result.remaining for trial in ended if trial.result is not None and trial.result.remaining]
    return SearchFront(
        folder=folder.path,
        facts=facts,
        trials=ended,
        finals=finals,
        hypervolume=hypervolume([trial.objectives for trial in done], facts.reference),
        remaining=estimates[-1] if estimates else None,
    )
