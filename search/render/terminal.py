"""A search in progress: a live display in a terminal, a plain log elsewhere."""

from datetime import datetime
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.table import Column, Table
from rich.text import Text

from pipelines.training.epoch import Epoch
from search.render.metric_words import metric_value
from search.render.network_words import describe_in_full
from search.render.progress import Progress, without_budget
from search.render.words import ago, duration, of_total
from search.study.trial import Status, TrialRecord
from spaces import describe_costs

_SHOWN_RUNNING = 8


class Terminal:
    """An observer that shows the search. Use it as a context manager."""

    def __init__(self, progress: Progress, console: Console) -> None:
        self._progress = progress
        self._console = console
        self._live = Live(get_renderable=self._render, console=console, refresh_per_second=2, transient=True)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def trial_started(self, trial: TrialRecord) -> None:
        self._progress.started(trial)

    def epoch_done(self, trial: TrialRecord, epoch: Epoch) -> None:
        """Shows the latest epoch of a trial.

        Args:
            trial: the running trial.
            epoch: the latest that it finished.
        """
        self._progress.epoch(trial, epoch)

    def trial_lost(self, trial: TrialRecord, reason: str) -> None:
        """Prints that a trial was interrupted.

        Args:
            trial: the trial whose worker died.
            reason: why, in one line.
        """
        self._progress.lost(trial)
        self._say(f"trial {trial.number} was interrupted: {reason}")

    def trial_ended(self, trial: TrialRecord) -> None:
        self._progress.end(trial)
        # The live display shows what succeeds.
        if not self._console.is_terminal or trial.status is Status.FAILED:
            self._say(log_line(self._progress, trial))

    def interrupted(self) -> None:
        """Prints that the workers end, after a user pressed Ctrl-C."""
        self._say("Stopping workers (a few seconds). Press Ctrl-C again to quit now.")

    def _say(self, line: str) -> None:
        self._console.print(line, highlight=False, soft_wrap=True, markup=False, emoji=False)

    def _render(self) -> RenderableType:
        progress = self._progress
        line = head(progress, f"{duration(progress.elapsed)} elapsed, {duration(progress.seconds_left)} left")
        bar = Padding(ProgressBar(total=1, completed=progress.share_done), (0, 0, 1, 0))
        return Group(line, bar, best_table(progress), Text(), running_table(progress))


def folded_column(heading: str) -> Column:
    """Returns a column of a table whose words are folded where a terminal is narrow, and never cut."""
    return Column(heading, overflow="fold")


def head(progress: Progress, state: str, begun: str = "running") -> Text:
    """Returns a search in one line.

    Args:
        progress: of the search.
        state: words at the end, such as the time elapsed.
        begun: the word for running trials, such as ``running`` or ``interrupted``.
    """
    goal = progress.spec.search.stop_when.remaining_hypervolume
    until = "" if goal is None else f" (the search ends at {goal:.2%})"
    return Text.assemble(
        (f"{progress.spec.name}  ", "bold"),
        f"{of_total(len(progress.ended), progress.trials)} trials{few_networks(progress.trials, progress.at_most)}, ",
        f"{len(progress.running)} {begun}, " if progress.running else "",
        f"{progress.stopped} stopped early, {progress.failed} failed; ",
        f"hypervolume {progress.hypervolume:.4f}; ",
        f"hypervolume still to gain: {progress.remaining}{until}; " if progress.remaining else "",
        state,
    )


def few_networks(asked: int | None, at_most: int | None) -> str:
    """Returns an addition to the number of trials where the space has too few networks for them; else empty.

    Args:
        asked: the number of trials requested; None: no number limits the search.
        at_most: the number of trials that the space allows; None: the networks are too many to count.
    """
    enough = asked is None or at_most is None or at_most >= asked
    return "" if enough else f" (at most {at_most}: the space has no more networks)"


def best_table(progress: Progress) -> Table:
    """Returns a table of the best networks within the budgets and parts of them."""
    label = progress.spec.metric.label
    known = progress.spec.known_costs
    labels = (cost.label for cost in known)
    table = Table("best within", label, *labels, folded_column("network"), box=None, pad_edge=False)
    for row in progress.best():
        if (trial := row.trial) is not None:
            table.add_row(
                row.limit,
                f"{trial.value:.2%}",
                *(cost.format(trial.costs[cost.name]) for cost in known),
                describe_in_full(progress.spec, trial.candidate),
            )
    if table.rows:
        table.caption, table.caption_justify = without_budget(progress.spec), "left"
    return table


def running_table(progress: Progress, begun: str = "running", at: datetime | None = None) -> Table:
    """Returns a table of the first running trials, with the latest known epoch of each.

    Args:
        progress: of the search.
        begun: the word for running trials, such as ``running`` or ``interrupted``; the heading of the first column.
        at: the present, in UTC, for a column with the time since each began; None: there is no such column.
    """
    since = [] if at is None else ["started"]
    metric = progress.spec.metric
    table = Table(begun, *since, "epoch", metric.label, "loss", folded_column("network"), box=None, pad_edge=False)
    epochs = progress.spec.recipe.epochs
    for trial, epoch in list(progress.running.values())[:_SHOWN_RUNNING]:
        table.add_row(
            f"trial {trial.number}",
            *([] if at is None else [f"{ago(trial.started, at)} ago"]),
            f"{epoch.number if epoch else 0}/{epochs}",
            *((f"{epoch.val[metric.name]:.2%}", f"{epoch.train_loss:.3f}") if epoch else ("-", "-")),
            describe_in_full(progress.spec, trial.candidate),
        )
    return table


def log_line(progress: Progress, trial: TrialRecord) -> str:
    """Returns the line of the plain log for a trial that has ended.

    Args:
        progress: of the search; includes the trial.
        trial: with its result.
    """
    assert trial.result is not None
    again = "" if trial.seed == progress.spec.search.seed else f", repeated with seed {trial.seed}"
    name = describe_in_full(progress.spec, trial.candidate)
    count = len(progress.ended) if progress.trials is None else f"{len(progress.ended)}/{progress.trials}"
    head = f"[{count}] trial {trial.number} {name}{again}:"
    if trial.result.failure is not None:
        return f"{head} failed: {trial.result.failure}"
    if trial.result.stopped is not None:
        return f"{head} {trial.result.stopped}"
    left = f"; hypervolume still to gain: {trial.result.remaining}" if trial.result.remaining else ""
    front = ", on the front" if progress.on_front(trial) else ""
    note = f"; {trial.result.note}" if trial.result.note else ""
    return (
        f"{head} {metric_value(progress.spec, trial.value)}, {describe_costs(trial.costs, progress.spec.known_costs)}"
        f"{front}{note}; hypervolume {progress.hypervolume:.4f}{left}; {duration(progress.seconds_left)} left"
    )
