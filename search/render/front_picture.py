"""The fronts as a picture: the metric against each cost that is minimised."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from pipelines.files import atomic_write
from search.analysis.front import complete, pareto_front
from search.analysis.interval import Interval
from search.analysis.uncertainty import ValueUncertainty
from search.optimize.pareto import non_dominated
from search.study.spec import StudySpec
from search.study.trial import TrialRecord
from spaces import KnownCost

_BLUE, _ORANGE = "#1f5fbf", "#d08c2f"
_FAR = 1.5  # times the most expensive network: a budget beyond would squeeze all dots to one side


def save_picture(spec: StudySpec, trials: Sequence[TrialRecord], path: Path) -> None:
    """Draws the :func:`front_figure` into a file.

    Args:
        spec: the search that the trials are of.
        trials: in any order, whatever became of them.
        path: of the file to write (PNG, SVG or PDF); its ending decides the format.
    """
    with atomic_write(path) as partial:
        front_figure(spec, trials).savefig(partial, dpi=150)


def front_figure(spec: StudySpec, trials: Sequence[TrialRecord]) -> Figure:
    """Draws the metric in percent against each objective cost, with the front and the plain networks.

    Args:
        spec: the search that the trials are of.
        trials: in any order, whatever became of them.
    """
    figure = Figure(figsize=(9.5, 4.2), layout="constrained")
    objectives = [cost for name in spec.search.objectives for cost in spec.known_costs if cost.name == name]
    axes = figure.subplots(1, len(objectives), sharey=True, squeeze=False)[0]
    networks, members = complete(trials), pareto_front(trials, spec.search.cost_epsilon)
    uncertainty = ValueUncertainty(networks, spec)
    intervals = [uncertainty.interval(network) for network in members]
    label = f"on the front, 95% interval ({uncertainty.sources})"
    for panel, cost in zip(axes, objectives, strict=True):
        _draw_networks(panel, networks, members, intervals, cost.name, label)
        counts = [network.costs[cost.name] for network in networks]
        _draw_axes(panel, cost, spec.budgets.limits.get(cost.name), counts)
    axes[0].set_ylabel(f"validation {spec.metric.label}, %")
    shown = {name: handle for axis in axes for handle, name in zip(*axis.get_legend_handles_labels(), strict=True)}
    figure.legend(shown.values(), shown.keys(), loc="outside lower right", ncols=len(shown), frameon=False)
    title = f"{spec.name}: {len(networks)} networks trained on {spec.data.name}"
    figure.suptitle(title, fontsize=11, x=0.01, horizontalalignment="left", parse_math=False)
    return figure


def front_against(trials: Sequence[TrialRecord], cost: str) -> list[TrialRecord]:
    """Returns the front of the metric against one cost alone, cheapest first.

    Args:
        trials: in any order, whatever became of them.
        cost: the name of a known cost; less is better.
    """
    done = complete(trials)
    keep = non_dominated([(trial.value, trial.costs[cost]) for trial in done])
    front = [trial for trial, kept in zip(done, keep, strict=True) if kept]
    return sorted(front, key=lambda trial: (trial.costs[cost], trial.value))


def _draw_networks(
    panel: Axes,
    networks: Sequence[TrialRecord],
    members: Sequence[TrialRecord],
    intervals: Sequence[Interval],
    cost: str,
    label: str,
) -> None:
    """Draws the networks of one panel; ``members`` are those on the front, ``label`` names them in the legend."""
    plain = [network for network in networks if network.arch.is_plain]
    rest = [network for network in networks if network not in members and not network.arch.is_plain]
    if rest:
        panel.scatter(*_points(rest, cost), s=26, marker="o", color="#8a94a6", label="dominated", zorder=2)
    if plain:
        panel.scatter(*_points(plain, cost), s=30, marker="s", color=_ORANGE, label="plain", zorder=5)
        costs, values = _points(front_against(plain, cost), cost)
        most_expensive = max(network.costs[cost] for network in networks)  # what costs less fits there too
        line = [*costs, most_expensive], [*values, values[-1]]
        panel.plot(*line, color=_ORANGE, linewidth=1.2, linestyle="--", label="best plain networks", zorder=2)
    panel.step(*_points(front_against(networks, cost), cost), where="post", color=_BLUE, linewidth=1.6, zorder=3)
    panel.errorbar(
        *_points(members, cost),
        yerr=_bars(members, intervals),
        fmt="o",
        markersize=5,
        color=_BLUE,
        elinewidth=0.8,
        capsize=2,
        zorder=4,
        label=label,
    )


def _bars(members: Sequence[TrialRecord], intervals: Sequence[Interval]) -> list[list[float]]:
    """Returns the lengths below and above each value, in percent."""
    pairs = list(zip(members, intervals, strict=True))
    below = [100 * (member.value - interval.low) for member, interval in pairs]
    return [below, [100 * (interval.high - member.value) for member, interval in pairs]]


def _draw_axes(panel: Axes, cost: KnownCost, budget: int | None, counts: Sequence[int]) -> None:
    label = cost.title
    if budget is not None and budget <= _FAR * max(counts, default=budget):
        panel.axvline(budget, color="#b3261e", linestyle="--", linewidth=1, label="budget")
    elif budget is not None:
        label += f" (budget: {cost.format(budget)})"
    panel.set_xlabel(label)
    panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: cost.format(value) if value else "0"))
    panel.grid(alpha=0.25)
    panel.spines[["top", "right"]].set_visible(False)


def _points(trials: Sequence[TrialRecord], cost: str) -> tuple[list[int], list[float]]:
    return [trial.costs[cost] for trial in trials], [trial.value * 100 for trial in trials]
