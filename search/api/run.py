"""A run, for a notebook."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from search.analysis.pick import Pick
from search.api.export import Choice, export
from search.api.front import SearchFront, front
from search.api.report import report
from search.api.status import status
from search.render.overview import Overview
from search.study.folder import RunFolder
from search.study.run_names import RUNS
from search.study.trial import TrialRecord
from spaces import Budgets


@dataclass(frozen=True, slots=True)
class Run:
    """One search, begun, running or over; make it with :meth:`find`. What it says is read again each time.

    Attributes:
        path: of its folder.
    """

    path: Path

    @classmethod
    def find(cls, run: str, runs: Path = RUNS) -> Self:
        """The run of that name in ``runs``, or in the folder of that path.

        Raises:
            UsageError: there is none.
        """
        return cls(RunFolder.find(runs, run).path)

    @property
    def name(self) -> str:
        """By which commands find it."""
        return self.path.name

    @property
    def status(self) -> Overview:
        """How far it is."""
        return status(str(self.path))

    @property
    def trials(self) -> tuple[TrialRecord, ...]:
        """Every trial, by number."""
        return RunFolder.find(self.path.parent, str(self.path)).snapshot().trials

    @property
    def front(self) -> SearchFront:
        """What it has found.

        Raises:
            UsageError: no trial is complete yet.
        """
        return front(str(self.path))

    def export(self, out: str | Path, budgets: Budgets | None = None, pick: Pick = "best") -> Choice:
        """Exports the most accurate network within ``budgets``; see :func:`search.api.export.export`."""
        return export(str(self.path), Path(out), budgets=budgets, pick=pick)

    def report(self, out: str | Path | None = None) -> Path:
        """Writes a report; see :func:`search.api.report.report`."""
        return report(str(self.path), None if out is None else Path(out))
