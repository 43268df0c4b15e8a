"""The Pareto front as a table: for the terminal, for MLflow's note, as CSV and for JSON."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from search.analysis.front import complete, pareto_front
from search.analysis.gain import Gain
from search.analysis.interval import Interval, with_interval
from search.analysis.uncertainty import ValueUncertainty, on_front
from search.analysis.won import PlainNetworks
from search.render.gain_words import over_plain
from search.render.network_words import describe_candidate, describe_placements
from search.study.spec import StudySpec
from search.study.trial import TrialRecord
from spaces import Candidate


@dataclass(frozen=True, slots=True)
class FrontRow:
    """A network on the front.

    Attributes:
        trial: the number of its first trial.
        metric: the name of the metric that the search maximises.
        value: of the metric, 0 to 1, the mean over its seeds.
        error, interval: the standard error and the 95% interval of ``value``.
        seeds: the number of its seeds.
        on_front: the probability that it belongs to the front.
        gain: over the best plain network that costs no more; None: it is plain, or no such network is trained.
        costs: all known costs, by name.
        candidate: the network.
    """

    trial: int
    metric: str
    value: float
    error: float
    interval: Interval
    seeds: int
    on_front: float
    gain: Gain | None
    costs: Mapping[str, int]
    candidate: Candidate

    def to_dict(self) -> dict[str, Any]:
        """Returns the row for JSON."""
        return {
            "trial": self.trial,
            self.metric: self.value,
            "standard_error": self.error,
            "interval": self.interval.to_dict(),
            "seeds": self.seeds,
            "probability_on_front": self.on_front,
            "over_plain": None if self.gain is None else self.gain.to_dict(),
            **self.costs,
            "arch_id": self.candidate.arch.arch_id,
            **self.candidate.to_dict(),
        }


def front_columns(spec: StudySpec) -> tuple[str, ...]:
    """Returns the headings of the front's table."""
    costs = (cost.label for cost in spec.known_costs)
    return "trial", spec.metric.label, "seeds", "on front", *costs, "over plain", "network", "attention"


def front_rows(spec: StudySpec, trials: Sequence[TrialRecord]) -> list[FrontRow]:
    """Returns the front, cheapest first.

    Args:
        spec: the search that the trials are of.
        trials: in any order, whatever became of them.
    """
    uncertainty, probabilities = ValueUncertainty(complete(trials), spec), on_front(trials, spec)
    plain = PlainNetworks(spec, trials)
    return [
        FrontRow(
            trial=trial.number,
            metric=spec.metric.name,
            value=trial.value,
            error=uncertainty.error(trial),
            interval=uncertainty.interval(trial),
            seeds=max(1, len(trial.values)),
            on_front=probabilities[trial.number],
            gain=plain.gain_of(trial),
            costs=trial.costs,
            candidate=trial.candidate,
        )
        for trial in pareto_front(trials, spec.search.cost_epsilon)
    ]


def front_cells(spec: StudySpec, trials: Sequence[TrialRecord]) -> list[tuple[str, ...]]:
    """Returns the front as text, cheapest first: a row for each network, with a cell for each of :func:`front_columns`.

    Args:
        spec: the search that the trials are of.
        trials: in any order, whatever became of them.
    """
    return [
        (
            str(row.trial),
            with_interval(row.value, row.interval),
            str(row.seeds),
            f"{row.on_front:.0%}",
            *(cost.format(row.costs[cost.name]) for cost in spec.known_costs),
            over_plain(spec, row.gain, row.candidate),
            describe_candidate(spec, row.candidate),
            describe_placements(row.candidate.arch),
        )
        for row in front_rows(spec, trials)
    ]


def front_caption(spec: StudySpec, trials: Sequence[TrialRecord]) -> str:
    """Returns the caption of the front's values: ``accuracy with its 95% interval (images and seeds)``.

    Args:
        spec: the search that the trials are of.
        trials: in any order, whatever became of them.
    """
    return f"{spec.metric.label} with its 95% interval ({ValueUncertainty(complete(trials), spec).sources})"


def terminal_table(spec: StudySpec, trials: Sequence[TrialRecord]) -> Table:
    """Returns the front as a table for a terminal, cheapest first; the title says how many of the trials are on it.

    Args:
        spec: the search that the trials are of.
        trials: in any order, whatever became of them.
    """
    rows = front_cells(spec, trials)
    title = f"{spec.name}: Pareto front, {len(rows)} of {len(trials)} trials; {front_caption(spec, trials)}"
    table = Table(title=title, title_justify="left")
    for column in front_columns(spec):
        words = column in ("over plain", "network", "attention")
        table.add_column(column, justify="left" if words else "right", no_wrap=not words)
    for row in rows:
        table.add_row(*row)
    return table


def markdown_table(spec: StudySpec, trials: Sequence[TrialRecord]) -> str:
    """Returns the front as a table in Markdown, cheapest first.

    Args:
        spec: the search that the trials are of.
        trials: in any order, whatever became of them.
    """
    # MLflow leaves no room between columns.
    gap = " &nbsp; | "
    columns = front_columns(spec)
    lines = [gap.join(columns), " | ".join("---" for _ in columns)]
    lines += [gap.join(row) for row in front_cells(spec, trials)]
    return "\n".join(f"| {line} |" for line in lines)


def csv_table(spec: StudySpec, trials: Sequence[TrialRecord]) -> str:
    """Returns the front as CSV with a heading, cheapest first; values are shares, costs exact counts.

    Args:
        spec: the search that the trials are of.
        trials: in any order, whatever became of them.
    """
    file = io.StringIO()
    writer = csv.writer(file)
    names = [cost.name for cost in spec.known_costs]
    sure = ["standard_error", "interval_low", "interval_high"]
    writer.writerow(["trial", spec.metric.name, "seeds", *names, "arch_id", "input_size", *sure])
    for row in front_rows(spec, trials):
        costs = [row.costs[name] for name in names]
        network = row.candidate.arch.arch_id, row.candidate.input_size
        ends = row.interval.low, row.interval.high
        writer.writerow([row.trial, row.value, row.seeds, *costs, *network, row.error, *ends])
    return file.getvalue()
