"""The scores that a search's networks reach after the search, as a table."""

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table

from pipelines.training.metrics import Metric
from pipelines.training.score import Score
from search.analysis.interval import with_interval
from search.analysis.score_intervals import score_intervals
from search.render.network_words import describe_candidate, describe_placements
from search.study.final_evaluation import FinalEvaluation
from search.study.spec import StudySpec


def final_columns(spec: StudySpec) -> tuple[str, ...]:
    """Returns the headings of the table."""
    costs = (cost.label for cost in spec.known_costs)
    return "weights", "epochs", "seed", "validation", "test", *costs, "network", "attention"


def final_cells(spec: StudySpec, final_evaluations: Sequence[FinalEvaluation]) -> list[tuple[str, ...]]:
    """Returns a row of text for each evaluation, with a cell for each of :func:`final_columns`.

    Args:
        spec: the search.
        final_evaluations: scores of exported networks, from the record.
    """
    return [_cells(final, spec) for final in final_evaluations]


def final_table(spec: StudySpec, final_evaluations: Sequence[FinalEvaluation]) -> Table:
    """Returns the table for a terminal, with a row for each evaluation.

    Args:
        spec: the search.
        final_evaluations: scores of exported networks, from the record.
    """
    title = f"Final evaluations: {spec.metric.label} with its 95% interval (images)"
    table = Table(title=title, title_justify="left")
    for column in final_columns(spec):
        words = column in ("weights", "network", "attention")
        table.add_column(column, justify="left" if words else "right", no_wrap=column not in ("weights", "attention"))
    for row in final_cells(spec, final_evaluations):
        table.add_row(*map(escape, row))
    return table


def _cells(final: FinalEvaluation, spec: StudySpec) -> tuple[str, ...]:
    costs = spec.search_space.costs_of(final.candidate)
    weights = final.folder_label if final.trial is None else f"trial {final.trial}"
    return (
        # Its accuracy does not compare with those of the search then.
        weights if final.compares_with(spec.method) else f"{weights} (trained by method {final.method})",
        str(final.epochs),
        str(final.seed),
        _in_words(final.val, spec.metric),
        "not scored" if final.test is None else _in_words(final.test, spec.metric),
        *(cost.format(costs[cost.name]) for cost in spec.known_costs),
        describe_candidate(spec, final.candidate),
        describe_placements(final.arch),
    )


def _in_words(score: Score, metric: Metric) -> str:
    value, interval = score.values.get(metric.name), score_intervals(score).get(metric.name)
    if value is None:
        return "unknown"  # an earlier version noted the accuracy alone
    return metric.in_words(value) if interval is None else with_interval(value, interval)
