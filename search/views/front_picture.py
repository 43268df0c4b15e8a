"""The two fronts as a picture: accuracy against parameters and against FLOPs."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from pipelines.files import whole_file
from search.record.certainty import accuracy_error
from search.record.facts import StudyFacts
from search.record.front import complete, pareto_front
from search.record.result import TrialRecord
from search.strategy.front import non_dominated
from spaces import format_count

PICTURE_ENDINGS = (".png", ".svg", ".pdf")
_BLUE = "#1f5fbf"
_FAR = 1.5  # times the dearest network: a budget beyond would squeeze all dots to one side
AXES = (("params", "parameters"), ("flops", "FLOPs (multiply-adds)"))


def save_picture(facts: StudyFacts, trials: Sequence[TrialRecord], path: Path) -> None:
    """Draws the fronts into a PNG, SVG or PDF file, by its ending."""
    with whole_file(path) as partial:
        front_figure(facts, trials).savefig(partial, dpi=150)


def front_figure(facts: StudyFacts, trials: Sequence[TrialRecord]) -> Figure:
    """The fronts, drawn."""
    figure = Figure(figsize=(11, 4.4), layout="constrained")
    axes = figure.subplots(1, 2, sharey=True)
    for panel, (cost, label) in zip(axes, AXES, strict=True):
        _draw(panel, facts, complete(trials), cost, label)
    axes[0].set_ylabel("validation accuracy, %")
    shown = {name: handle for axis in axes for handle, name in zip(*axis.get_legend_handles_labels(), strict=True)}
    figure.legend(shown.values(), shown.keys(), loc="outside upper right", ncols=len(shown), frameon=False)
    title = f"{facts.name}: {len(complete(trials))} networks trained on {facts.data.name}"
    figure.suptitle(title, fontsize=11, x=0.01, horizontalalignment="left")
    return figure


def front_against(trials: Sequence[TrialRecord], cost: str) -> list[TrialRecord]:
    """The front of accuracy against one cost alone, cheapest first."""
    done = complete(trials)
    keep = non_dominated([(trial.accuracy, getattr(trial, cost)) for trial in done])
    front = [trial for trial, kept in zip(done, keep, strict=True) if kept]
    return sorted(front, key=lambda trial: (getattr(trial, cost), trial.accuracy))


def _draw(panel: Axes, facts: StudyFacts, trials: Sequence[TrialRecord], cost: str, label: str) -> None:
    members = pareto_front(trials, facts.search.cost_epsilon)
    rest = [trial for trial in trials if trial not in members]
    plain, placed = ([trial for trial in rest if bool(trial.arch.placements) is wanted] for wanted in (False, True))
    for group, marker, colour, name in (
        (placed, "o", "#8a94a6", "dominated"),
        (plain, "s", "#d08c2f", "dominated, without attention"),
    ):
        if group:
            panel.scatter(*_points(group, cost), s=26, marker=marker, color=colour, label=name, zorder=2)
    panel.step(*_points(front_against(trials, cost), cost), where="post", color=_BLUE, linewidth=1.6, zorder=3)
    errors = [accuracy_error(trial, trials, facts) * 100 for trial in members]
    panel.errorbar(
        *_points(members, cost),
        yerr=errors,
        fmt="o",
        markersize=5,
        color=_BLUE,
        elinewidth=0.8,
        capsize=2,
        zorder=4,
        label="on the front",
    )
    budget = getattr(facts.budgets, cost)
    if budget is not None and budget <= _FAR * max(getattr(trial, cost) for trial in trials):
        panel.axvline(budget, color="#b3261e", linestyle="--", linewidth=1, label="budget")
    elif budget is not None:
        label += f", of {format_count(budget)} allowed"
    panel.set_xlabel(label)
    panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: format_count(value) if value else "0"))
    panel.grid(alpha=0.25)
    panel.spines[["top", "right"]].set_visible(False)


def _points(trials: Sequence[TrialRecord], cost: str) -> tuple[list[int], list[float]]:
    return [getattr(trial, cost) for trial in trials], [trial.accuracy * 100 for trial in trials]
