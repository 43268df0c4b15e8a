"""The progress of a run, from its record alone: for another terminal, or for later."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from search.render.metric_words import metric_value
from search.render.progress import Progress
from search.render.terminal import best_table, folded_column, head, running_table
from search.render.words import ago, duration, of_total
from search.study.folder import RunFolder
from search.study.snapshot import Snapshot
from search.study.trial import Status, TrialRecord

_SHOWN = 8


class State(StrEnum):
    """The state of a run."""

    RUNNING = "running"
    ENDED = "ended"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """A run at one moment.

    Attributes:
        name: of its folder, by which commands find it.
        state: of the run; interrupted: ``launch --resume`` would continue it.
        progress: of its search.
        asked_at: the moment, in UTC.
        problem: why the last launch had to stop; None: it did not, or it still runs.
        hours: limit on the running time, over all launches; None: there is none.
        hours_run: the time for which the search has run, from its record.
    """

    name: str
    state: State
    progress: Progress
    asked_at: datetime
    problem: str | None = None
    hours: float | None = None
    hours_run: float = 0.0

    @classmethod
    def of(cls, folder: RunFolder) -> "Overview":
        """Returns the overview of the run in ``folder`` now.

        Raises:
            UsageError: the record can't be read.
        """
        return RunWatch(folder).look()

    @property
    def complete(self) -> int:
        """The number of trials with an accuracy."""
        return len(self.progress.ended) - self.progress.stopped - self.progress.failed

    @property
    def best(self) -> TrialRecord | None:
        """The network with the highest value; None: no trial is complete."""
        return max(self.progress.front, key=lambda trial: trial.value, default=None)

    @property
    def failures(self) -> list[TrialRecord]:
        """The trials that failed, the latest last."""
        return [trial for trial in self.progress.ended if trial.status is Status.FAILED]

    def to_dict(self) -> dict[str, Any]:
        """Returns the overview for JSON."""
        metric = self.progress.spec.metric.name
        progress, best, remaining = self.progress, self.best, self.progress.remaining
        return {
            "name": self.name,
            "state": self.state.value,
            "problem": self.problem,
            "data": progress.spec.data.name,
            "trials_asked": progress.trials,
            "hours_asked": self.hours,
            "hours_run": self.hours_run,
            "complete": self.complete,
            "stopped": progress.stopped,
            "failed": progress.failed,
            "running": [
                {
                    "trial": trial.number,
                    "arch_id": trial.arch.arch_id,
                    "input_size": trial.candidate.input_size,
                    "started": trial.started.isoformat(),
                    "epoch": None if epoch is None else epoch.number,
                    f"val_{metric}": None if epoch is None else epoch.val[metric],
                }
                for trial, epoch in progress.running.values()
            ],
            "on_front": len(progress.front),
            f"best_{metric}": None if best is None else best.value,
            "hypervolume": progress.hypervolume,
            "reference": progress.spec.reference.to_dict(progress.spec.objectives),
            "remaining": None if remaining is None else {"mean": remaining.mean, "upper": remaining.upper},
            "failures": [
                {
                    "trial": trial.number,
                    "arch_id": trial.arch.arch_id,
                    "input_size": trial.candidate.input_size,
                    "cause": trial.result.failure,
                }
                for trial in self.failures
                if trial.result is not None
            ],
        }


class RunWatch:
    """Watches a run. Each look reads and counts only what is new since the last one.

    Raises:
        UsageError: the record can't be read.
    """

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self._record = folder.open_reader()  # once: each time would be a connection
        self._snapshot: Snapshot | None = None
        self._progress = Progress(spec=self._record.spec, trials=0, ended=[])

    def look(self) -> Overview:
        """Returns the overview of the run now.

        Raises:
            UsageError: the record can't be read.
        """
        in_use = self._folder.in_use  # asked first: a search that ends between the two is shown as running
        before, now = self._snapshot, self._record.snapshot(self._snapshot)
        if before is None:
            self._progress = Progress(spec=now.spec, trials=now.asked, ended=list(now.ended))
        else:
            self._progress = self._progress.copy()  # an earlier overview has the other one
            known = {trial.number for trial in before.ended}
            for trial in now.ended:
                if trial.number not in known:
                    self._progress.end(trial)
        self._progress.trials = now.asked
        self._progress.running = {trial.number: (trial, trial.epoch) for trial in now.running}
        self._snapshot = now
        return Overview(
            name=self._folder.path.name,
            state=State.RUNNING if in_use else State.ENDED if now.over else State.INTERRUPTED,
            progress=self._progress,
            asked_at=datetime.now(UTC),
            problem=None if in_use else now.problem,
            hours=now.hours,
            hours_run=now.seconds_run / 3600,
        )


def status_view(overview: Overview) -> RenderableType:
    """Returns the view of a run for a terminal."""
    progress = overview.progress
    said = head(progress, overview.state.value, _begun(overview))
    if overview.hours is not None:
        left = max(0.0, overview.hours - overview.hours_run)
        said.append(f"; {duration(left * 3600)} left of {overview.hours:g} h (search.hours)")
    if progress.ended and (last := progress.ended[-1].ended) is not None:
        said.append(f"; the last trial ended {ago(last, overview.asked_at)} ago")
    parts: list[RenderableType] = [said]
    if overview.problem is not None:
        parts.append(Text(f"problem: {overview.problem}"))
    if progress.front:
        parts += [Text(), best_table(progress)]
    if progress.running:
        parts += [Text(), running_table(progress, _begun(overview), overview.asked_at)]
    if overview.failures:
        parts += [Text(), _failures(overview.failures)]
    return Group(*parts)


def runs_table(overviews: list[Overview]) -> Table:
    """Returns a table with a row for each run, in the order of ``overviews``."""
    table = Table(
        folded_column("run"),
        "state",
        "trials",
        "front",
        "best",
        "hypervolume",
        folded_column("data"),
        "last trial ended",
    )
    for overview in overviews:
        progress, best = overview.progress, overview.best
        last = progress.ended[-1].ended if progress.ended else None
        table.add_row(
            Text(overview.name),
            overview.state.value,
            of_total(len(progress.ended), progress.trials),
            str(len(progress.front)),
            "-" if best is None else metric_value(progress.spec, best.value),
            f"{progress.hypervolume:.4f}",
            Text(progress.spec.data.name),
            "-" if last is None else f"{ago(last, overview.asked_at)} ago",
        )
    return table


def _begun(overview: Overview) -> str:
    return "running" if overview.state is State.RUNNING else "interrupted"


def _failures(failures: list[TrialRecord]) -> Table:
    table = Table("failed", "reason", box=None, pad_edge=False)
    for trial in failures[-_SHOWN:]:
        assert trial.result is not None
        table.add_row(f"trial {trial.number}", Text(trial.result.failure or ""))  # its brackets are no markup
    return table
