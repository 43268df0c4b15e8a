"""The Pareto front as a table: for the terminal, for MLflow's note and as CSV."""

import csv
import io
from collections.abc import Sequence

from rich.table import Table

from search.record.facts import StudyFacts
from search.record.result import TrialRecord, pareto_front
from search.strategy.front import standard_error
from spaces import format_count
from ulsam.backbones import Backbone

_COLUMNS = ("trial", "accuracy", "parameters", "FLOPs", "network", "attention")
_SHORT: dict[Backbone, str] = {"mobilenet_v1": "V1", "mobilenet_v2": "V2"}


def terminal_table(facts: StudyFacts, trials: Sequence[TrialRecord]) -> Table:
    """The front for a terminal, cheapest first."""
    front = pareto_front(trials)
    table = Table(title=f"{facts.name}: Pareto front, {len(front)} of {len(trials)} trials", title_justify="left")
    for column in _COLUMNS:
        words = column in ("network", "attention")
        table.add_column(column, justify="left" if words else "right", no_wrap=column != "attention")
    for row in _rows(facts, front):
        table.add_row(*row)
    return table


def markdown_table(facts: StudyFacts, trials: Sequence[TrialRecord]) -> str:
    """The front in Markdown."""
    lines = [" | ".join(_COLUMNS), " | ".join("---" for _ in _COLUMNS)]
    lines += [" | ".join(row) for row in _rows(facts, pareto_front(trials))]
    return "\n".join(f"| {line} |" for line in lines)


def csv_table(trials: Sequence[TrialRecord]) -> str:
    """The front with exact numbers."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["trial", "accuracy", "params", "flops", "arch_id"])
    for trial in pareto_front(trials):
        writer.writerow([trial.number, trial.accuracy, trial.params, trial.flops, trial.arch.arch_id])
    return file.getvalue()


def _rows(facts: StudyFacts, front: Sequence[TrialRecord]) -> list[tuple[str, ...]]:
    return [
        (
            str(trial.number),
            f"{trial.accuracy:.2%} ± {standard_error(trial.accuracy, facts.data.val_images) * 100:.2f}",
            format_count(trial.params),
            format_count(trial.flops),
            f"{_SHORT[trial.arch.backbone]} x{trial.arch.width:g}",
            describe_placements(trial),
        )
        for trial in front
    ]


def describe_placements(trial: TrialRecord) -> str:
    """``after 3 (g=2), for 12 (cbam)``: ULSAM after block 3, CBAM in place of block 12."""
    words = {"insert": "after", "substitute": "for"}
    placed = (
        f"{words[place.mode]} {place.block} ({f'g={place.groups}' if place.attention == 'ulsam' else place.attention})"
        for place in trial.arch.placements
    )
    return ", ".join(placed) or "none"
