"""A run, for a notebook."""

from pathlib import Path
from typing import TYPE_CHECKING

from search.analysis.choose import choose
from search.analysis.pick import Pick
from search.analysis.trial_by_number import trial_by_number
from search.api.export import known_limits, network_in
from search.api.found_network import FoundNetwork
from search.api.front import SearchFront, front
from search.api.report import report
from search.api.status import status
from search.render.overview import Overview
from search.study.folder import RunFolder
from search.study.run_names import RUNS
from search.study.snapshot import Snapshot
from search.study.trial import TrialRecord
from spaces import Budgets, parse_count

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


class Run:
    """One search, begun, running or over; each access reads its record again.

    Args:
        run: the name of a run in ``runs``, or the path of its folder.
        runs: the folder that holds the runs.

    Raises:
        UsageError: there is no such run.
    """

    def __init__(self, run: str | Path, runs: str | Path = RUNS) -> None:
        self._folder = RunFolder.find(Path(runs), str(run))

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r})"

    @property
    def path(self) -> Path:
        """The folder of the run."""
        return self._folder.path

    @property
    def name(self) -> str:
        """The name by which commands find the run."""
        return self.path.name

    @property
    def status(self) -> Overview:
        """The progress of the run."""
        return status(str(self.path))

    @property
    def records(self) -> tuple[TrialRecord, ...]:
        """Every trial with everything that is known of it, by number."""
        return self._folder.snapshot().trials

    @property
    def hypervolume(self) -> float:
        """The hypervolume of the front, with the search's own reference point: see :mod:`search.optimize.pareto`.

        Raises:
            UsageError: no trial is complete yet.
        """
        return self._front().hypervolume

    def trials(self) -> "pd.DataFrame":
        """Returns every trial, a row for each; see :func:`search.render.frames.trial_frame` for the columns."""
        from search.render.frames import trial_frame

        now = self._folder.snapshot()
        return trial_frame(now.spec, now.trials)

    def front(self) -> "pd.DataFrame":
        """Returns the Pareto front, a row for each network, cheapest first.

        See :func:`search.render.frames.front_frame` for the columns.

        Raises:
            UsageError: no trial is complete yet.
        """
        from search.render.frames import front_frame

        found = self._front()
        return front_frame(found.spec, found.trials)

    def best(
        self,
        *,
        max_flops: str | int | None = None,
        max_params: str | int | None = None,
        budgets: Budgets | None = None,
        pick: Pick = "best",
    ) -> FoundNetwork:
        """Returns the most accurate network within the limits.

        Args:
            max_flops: the most multiply-adds of one image, such as ``"30M"``; None: no limit.
            max_params: the most parameters, in the same form; None: no limit.
            budgets: limits on further known costs; None: none.
            pick: another choice than the most accurate; see :func:`search.analysis.choose.choose`.

        Raises:
            UsageError: nothing is trained yet, no trained network is within the limits, or the search does not count
                a cost of ``budgets``.
            CountError: a limit is no count.
        """
        now = self._folder.snapshot()
        asked = {"flops": max_flops, "params": max_params}
        limits = {name: parse_count(limit) for name, limit in asked.items() if limit is not None}
        further = {} if budgets is None else budgets.limits
        trial = choose(now.spec, now.ended, known_limits(now.spec, Budgets({**further, **limits})), pick)
        return self._found(now, trial)

    def network(self, trial: int) -> FoundNetwork:
        """Returns the network of a trial; the run may not have kept its weights.

        Args:
            trial: the number of the trial, which must be complete.

        Raises:
            UsageError: there is no such trial, or it has no trained network.
        """
        now = self._folder.snapshot()
        return self._found(now, trial_by_number(now.trials, trial))

    def plot(self) -> "Figure":
        """Returns the front as a Matplotlib figure: the metric against each cost.

        Raises:
            UsageError: no trial is complete yet.
        """
        from search.render.front_picture import front_figure

        found = self._front()
        return front_figure(found.spec, found.trials)

    def save_page(self, path: str | Path) -> None:
        """Writes the front as an interactive HTML page.

        Raises:
            UsageError: no trial is complete yet.
        """
        self._front().save_page(Path(path))

    def report(self, out: str | Path | None = None) -> Path:
        """Writes a report, and returns its file; see :func:`search.api.report.report`.

        Args:
            out: of the file to write; its ending decides the format (HTML or PDF); None: ``report.html`` in the run's
                folder.

        Raises:
            UsageError: no trial is complete yet, ``out`` can't be written, or a PDF needs a library that is missing.
        """
        return report(str(self.path), None if out is None else Path(out))

    def _found(self, now: Snapshot, trial: TrialRecord) -> FoundNetwork:
        return FoundNetwork(
            trial=trial.number,
            description=network_in(now, trial),
            weights=self._folder.weights(trial.number),
            known_costs=now.spec.known_costs,
        )

    def _front(self) -> SearchFront:
        return front(str(self.path))
