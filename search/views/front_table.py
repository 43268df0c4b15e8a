"""The Pareto front as a table: for the terminal, for MLflow's note and as CSV."""

import csv
import io
from collections.abc import Sequence

from rich.table import Table

from search.record.certainty import accuracy_error, on_front
from search.record.facts import StudyFacts
from search.record.front import complete, pareto_front
from search.record.result import TrialRecord
from spaces import format_count
from ulsam.backbones import Backbone

_COLUMNS = ("trial", "accuracy", "seeds", "on front", "parameters", "FLOPs", "network", "attention")
_SHORT: dict[Backbone, str] = {"mobilenet_v1": "V1", "mobilenet_v2": "V2"}


def terminal_table(facts: StudyFacts, trials: Sequence[TrialRecord]) -> Table:
    """The front for a terminal, cheapest first."""
    front = pareto_front(trials, facts.search.cost_epsilon)
    table = Table(title=f"{facts.name}: Pareto front, {len(front)} of {len(trials)} trials", title_justify="left")
    for column in _COLUMNS:
        words = column in ("network", "attention")
        table.add_column(column, justify="left" if words else "right", no_wrap=column != "attention")
    for row in _rows(facts, trials):
        table.add_row(*row)
    return table


def markdown_table(facts: StudyFacts, trials: Sequence[TrialRecord]) -> str:
    """The front in Markdown."""
    lines = [" | ".join(_COLUMNS), " | ".join("---" for _ in _COLUMNS)]
    lines += [" | ".join(row) for row in _rows(facts, trials)]
    return "\n".join(f"| {line} |" for line in lines)


def csv_table(facts: StudyFacts, trials: Sequence[TrialRecord]) -> str:
    """The front with exact numbers."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["trial", "accuracy", "seeds", "params", "flops", "arch_id"])
    for trial in pareto_front(trials, facts.search.cost_epsilon):
        writer.writerow(
            [trial.number, trial.accuracy, max(1, len(trial.readings)), trial.params, trial.flops, trial.arch.arch_id]
        )
    return file.getvalue()


def _rows(facts: StudyFacts, trials: Sequence[TrialRecord]) -> list[tuple[str, ...]]:
    networks, probabilities = complete(trials), on_front(trials, facts)
    return [
        (
            str(trial.number),
            f"{trial.accuracy:.2%} ± {accuracy_error(trial, networks, facts) * 100:.2f}",
            str(max(1, len(trial.readings))),
            f"{probabilities[trial.number]:.0%}",
            format_count(trial.params),
            format_count(trial.flops),
            f"{_SHORT[trial.arch.backbone]} x{trial.arch.width:g}",
            describe_placements(trial),
        )
        for trial in pareto_front(trials, facts.search.cost_epsilon)
    ]


def describe_placements(trial: TrialRecord) -> str:
    """``after 3 (g=2), for 12 (cbam)``: ULSAM after block 3, CBAM in place of block 12."""
    words = {"insert": "after", "substitute": "for"}
    placed = (
        f"{words[place.mode]} {place.block} ({f'g={place.groups}' if place.attention == 'ulsam' else place.attention})"
        for place in trial.arch.placements
    )
    return ", ".join(placed) or "none"
