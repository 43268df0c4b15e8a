"""The two fronts as a picture: accuracy against parameters and against FLOPs."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from pipelines.files import whole_file
from search.record.certainty import accuracy_error
from search.record.facts import StudyFacts
from search.record.front import complete
from search.record.result import TrialRecord
from search.strategy.front import non_dominated
from spaces import format_count

PICTURE_ENDINGS = (".png", ".svg", ".pdf")
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
    handles, labels = axes[1].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=len(labels), frameon=False)
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
    plain = [trial for trial in trials if not trial.arch.placements]
    placed = [trial for trial in trials if trial.arch.placements]
    for group, marker, name in ((placed, "o", "with attention"), (plain, "s", "plain MobileNet")):
        if not group:
            continue
        x, y = [getattr(trial, cost) for trial in group], [trial.accuracy * 100 for trial in group]
        panel.scatter(x, y, s=26, marker=marker, color="#8a94a6" if marker == "o" else "#d08c2f", label=name, zorder=2)
    front = front_against(trials, cost)
    x, y = [getattr(trial, cost) for trial in front], [trial.accuracy * 100 for trial in front]
    errors = [accuracy_error(trial, trials, facts) * 100 for trial in front]
    panel.step(x, y, where="post", color="#1f5fbf", linewidth=1.6, zorder=3, label="Pareto front")
    panel.errorbar(x, y, yerr=errors, fmt="o", markersize=5, color="#1f5fbf", elinewidth=0.8, capsize=2, zorder=4)
    budget = getattr(facts.budgets, cost)
    if budget is not None:
        panel.axvline(budget, color="#b3261e", linestyle="--", linewidth=1, label="budget")
    panel.set_xlabel(label)
    panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: format_count(value) if value else "0"))
    panel.grid(alpha=0.25)
    panel.spines[["top", "right"]].set_visible(False)
