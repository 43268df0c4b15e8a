"""A run, for a notebook."""

from pathlib import Path
from typing import TYPE_CHECKING

from search.analysis.choose import choose
from search.analysis.pick import Pick
from search.api.export import known_limits, network_in
from search.api.found_network import FoundNetwork
from search.api.front import SearchFront, front
from search.api.report import report
from search.api.status import status
from search.render.overview import Overview
from search.study.folder import RunFolder
from search.study.run_names import RUNS
from search.study.trial import TrialRecord
from spaces import Budgets, parse_count

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


class Run:
    """One search, begun, running or over. What it says is read again each time.

    Args:
        run: its name in ``runs``, or the path of its folder.
        runs: where runs are.

    Raises:
        UsageError: there is no such run.
    """

    def __init__(self, run: str | Path, runs: str | Path = RUNS) -> None:
        self._folder = RunFolder.find(Path(runs), str(run))

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r})"

    @property
    def path(self) -> Path:
        """Its folder."""
        return self._folder.path

    @property
    def name(self) -> str:
        """The name by which commands find it."""
        return self.path.name

    @property
    def status(self) -> Overview:
        """How far it is."""
        return status(str(self.path))

    @property
    def records(self) -> tuple[TrialRecord, ...]:
        """Every trial with all that is known of it, by number."""
        return self._folder.snapshot().trials

    @property
    def hypervolume(self) -> float:
        """Of the front, with the search's own reference point: see :mod:`search.optimize.pareto`.

        Raises:
            UsageError: no trial is complete yet.
        """
        return self._front().hypervolume

    def trials(self) -> "pd.DataFrame":
        """Every trial, a row each: see :func:`search.render.frames.trial_frame`."""
        from search.render.frames import trial_frame

        now = self._folder.snapshot()
        return trial_frame(now.spec, now.trials)

    def front(self) -> "pd.DataFrame":
        """The Pareto front, a row a network, cheapest first: see :func:`search.render.frames.front_frame`.

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
        """The most accurate network within the limits.

        Args:
            max_flops: the most multiply-adds of one image, such as ``"30M"``; None: as many as it may be.
            max_params: the most parameters, likewise.
            budgets: limits on further known costs.
            pick: another choice than the most accurate; see :func:`search.analysis.choose.choose`.

        Raises:
            UsageError: nothing is trained yet, no trained network is within the limits, or the search does not know
                such a cost.
            CountError: a limit is no count.
        """
        now = self._folder.snapshot()
        asked = {"flops": max_flops, "params": max_params}
        limits = {name: parse_count(limit) for name, limit in asked.items() if limit is not None}
        further = {} if budgets is None else budgets.limits
        trial = choose(now.spec, now.ended, known_limits(now.spec, Budgets({**further, **limits})), pick)
        return FoundNetwork(
            trial=trial.number,
            description=network_in(now, trial),
            weights=self._folder.weights(trial.number),
            known_costs=now.spec.known_costs,
        )

    def plot(self) -> "Figure":
        """The front as a Matplotlib figure: the metric against each cost.

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
        """Writes a report; see :func:`search.api.report.report`."""
        return report(str(self.path), None if out is None else Path(out))

    def _front(self) -> SearchFront:
        return front(str(self.path))
