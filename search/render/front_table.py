"""The Pareto front as a table: for the terminal, for MLflow's note, as CSV and for JSON."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from search.analysis.front import complete, pareto_front
from search.analysis.uncertainty import on_front, value_error, with_error
from search.render.blocks import MODE_WORDS, attention_words
from search.study.spec import StudySpec
from search.study.trial import TrialRecord
from spaces import Candidate
from ulsam import ArchConfig


@dataclass(frozen=True, slots=True)
class FrontRow:
    """A network on the front.

    Attributes:
        trial: its number.
        metric: the name of what the search maximises.
        value: of that, 0 to 1, the mean of its seeds.
        error: the standard error of that.
        seeds: how many.
        on_front: the probability that it belongs there.
        costs: all that are known, by name.
        candidate: what it is.
    """

    trial: int
    metric: str
    value: float
    error: float
    seeds: int
    on_front: float
    costs: Mapping[str, int]
    candidate: Candidate

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "trial": self.trial,
            self.metric: self.value,
            "standard_error": self.error,
            "seeds": self.seeds,
            "probability_on_front": self.on_front,
            **self.costs,
            "arch_id": self.candidate.arch.arch_id,
            **self.candidate.to_dict(),
        }


def front_columns(spec: StudySpec) -> tuple[str, ...]:
    """The headings of the front's table."""
    costs = (cost.label for cost in spec.known_costs)
    return "trial", spec.metric.label, "seeds", "on front", *costs, "network", "attention"


def front_rows(spec: StudySpec, trials: Sequence[TrialRecord]) -> list[FrontRow]:
    """The front, cheapest first."""
    networks, probabilities = complete(trials), on_front(trials, spec)
    return [
        FrontRow(
            trial=trial.number,
            metric=spec.metric.name,
            value=trial.value,
            error=value_error(trial, networks, spec),
            seeds=max(1, len(trial.values)),
            on_front=probabilities[trial.number],
            costs=trial.costs,
            candidate=trial.candidate,
        )
        for trial in pareto_front(trials, spec.search.cost_epsilon)
    ]


def front_cells(spec: StudySpec, trials: Sequence[TrialRecord]) -> list[tuple[str, ...]]:
    """The front in words, cheapest first: a cell for each of :func:`front_columns`."""
    return [
        (
            str(row.trial),
            with_error(row.value, row.error),
            str(row.seeds),
            f"{row.on_front:.0%}",
            *(cost.format(row.costs[cost.name]) for cost in spec.known_costs),
            describe_candidate(spec, row.candidate),
            describe_placements(row.candidate.arch),
        )
        for row in front_rows(spec, trials)
    ]


def terminal_table(spec: StudySpec, trials: Sequence[TrialRecord]) -> Table:
    """The front for a terminal, cheapest first."""
    rows = front_cells(spec, trials)
    table = Table(title=f"{spec.name}: Pareto front, {len(rows)} of {len(trials)} trials", title_justify="left")
    for column in front_columns(spec):
        words = column in ("network", "attention")
        table.add_column(column, justify="left" if words else "right", no_wrap=column != "attention")
    for row in rows:
        table.add_row(*row)
    return table


def markdown_table(spec: StudySpec, trials: Sequence[TrialRecord]) -> str:
    """The front in Markdown."""
    # MLflow leaves no room between columns.
    gap = " &nbsp; | "
    columns = front_columns(spec)
    lines = [gap.join(columns), " | ".join("---" for _ in columns)]
    lines += [gap.join(row) for row in front_cells(spec, trials)]
    return "\n".join(f"| {line} |" for line in lines)


def csv_table(spec: StudySpec, trials: Sequence[TrialRecord]) -> str:
    """The front with exact numbers."""
    file = io.StringIO()
    writer = csv.writer(file)
    names = [cost.name for cost in spec.known_costs]
    writer.writerow(["trial", spec.metric.name, "seeds", *names, "arch_id", "input_size"])
    for trial in pareto_front(trials, spec.search.cost_epsilon):
        costs = [trial.costs[name] for name in names]
        network = trial.arch.arch_id, trial.candidate.input_size
        writer.writerow([trial.number, trial.value, max(1, len(trial.values)), *costs, *network])
    return file.getvalue()


def describe_candidate(spec: StudySpec, candidate: Candidate) -> str:
    """:func:`describe_network`, and the size where the search has several: ``V2 x0.5, 80 px``."""
    size = f", {candidate.input_size} px" if len(spec.input_sizes) > 1 else ""
    return describe_network(candidate.arch) + size


def describe_network(arch: ArchConfig) -> str:
    """``V2 x0.5 without 15, 16``: MobileNet-V2 at half its width, two of its blocks left out."""
    removed = f" without {', '.join(map(str, arch.removed))}" if arch.removed else ""
    return f"{arch.backbone.removeprefix('mobilenet_').upper()} x{arch.width:g}{removed}"


def describe_placements(arch: ArchConfig) -> str:
    """``after 3 (g=2), for 12 (cbam)``: ULSAM after block 3, CBAM in place of block 12."""
    placed = (
        f"{MODE_WORDS[placement.mode]} {placement.block} ({attention_words(placement)})"
        for placement in arch.placements
    )
    return ", ".join(placed) or "none"
