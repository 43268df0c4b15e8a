"""The pictures of a report: the hypervolume over time, parameter importance, the effect of each position."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import ceil

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from search.analysis.effects import Effect
from search.analysis.front import Front
from search.study.spec import StudySpec
from search.study.trial import TrialRecord

_BLUE, _GREY = "#1f5fbf", "#8a94a6"
_WIDTH, _ROW = 9, 0.34  # inches
_MOST_ROWS = 14  # in one figure


def hypervolume_figure(spec: StudySpec, ended: Sequence[TrialRecord]) -> Figure:
    """Draws the hypervolume of the front after each trial, and what untried networks could still have added.

    Args:
        spec: the search.
        ended: the trials that have ended, in that order.
    """
    front, worth, remaining = Front(), [], []
    for number, trial in enumerate(ended, start=1):
        front.add(trial)
        worth.append(front.hypervolume(spec.reference))
        if trial.result is not None and (left := trial.result.remaining) is not None:
            remaining.append((number, worth[-1] * (1 + left.mean), worth[-1] * (1 + left.upper)))
    figure = Figure(figsize=(_WIDTH, 3.2), layout="constrained")
    panel = _panel(figure)
    panel.step(range(1, len(worth) + 1), worth, where="post", color=_BLUE, linewidth=1.8, label="the front")
    if remaining:
        numbers, means, uppers = zip(*remaining, strict=True)
        panel.fill_between(
            numbers,
            means,
            uppers,
            color=_GREY,
            alpha=0.25,
            linewidth=0,
            label="with all untried networks, up to the 95% bound",
        )
        panel.plot(
            numbers, means, color=_GREY, linewidth=1, linestyle="--", label="with all untried networks, expected"
        )
        # The first estimates are wild, and would leave the front itself as a line at the bottom.
        panel.set_ylim(0, max(1.15 * max(worth), 1.05 * uppers[-1]))
    panel.set_xlabel("trials that ended")
    panel.set_ylabel("hypervolume")
    panel.legend(loc="lower right", frameon=False)
    return figure


def importance_figures(importances: Mapping[str, float]) -> list[Figure]:
    """Draws a bar for each parameter, in the given order; the figures are parts of one, all on one scale.

    Args:
        importances: by parameter of the search space, shares 0 to 1; empty: there are no figures.
    """
    longest = 1.05 * max(importances.values(), default=0.0)
    return [_importance_figure({name: importances[name] for name in part}, longest) for part in _parts(importances)]


def _importance_figure(importances: Mapping[str, float], longest: float) -> Figure:
    figure = Figure(figsize=(_WIDTH, 0.7 + _ROW * len(importances)), layout="constrained")
    panel = _panel(figure)
    names = list(importances)[::-1]
    panel.barh([_in_words(name) for name in names], [importances[name] for name in names], color=_BLUE)
    if longest:
        panel.set_xlim(0, longest)
    panel.set_xlabel("importance for being among the most accurate 10%")
    return figure


def _in_words(parameter: str) -> str:
    """Returns a parameter in words, such as ``blocks 12, 13``."""
    return re.sub(r"(?<=[0-9])_", ", ", parameter).replace("_", " ")


def effects_figures(effects: Mapping[str, Effect], label: str) -> list[Figure]:
    """Draws the mean change and its 95% interval for each choice, in percentage points, on one scale in all figures.

    Args:
        effects: by choice in words, from top to bottom; empty: there are no figures.
        label: of the metric that changes.
    """
    ends = [100 * end for effect in effects.values() for end in (effect.low, effect.high, 0.0)]
    low, high = min(ends, default=0.0), max(ends, default=0.0)
    margin = 0.05 * (high - low) or 1.0
    reach = (low - margin, high + margin)
    return [_effects_figure({choice: effects[choice] for choice in part}, label, reach) for part in _parts(effects)]


def _effects_figure(effects: Mapping[str, Effect], label: str, reach: tuple[float, float]) -> Figure:
    figure = Figure(figsize=(_WIDTH, 0.8 + _ROW * len(effects)), layout="constrained")
    panel = _panel(figure)
    for height, effect in enumerate(list(effects.values())[::-1]):
        certain = effect.low > 0 or effect.high < 0
        colour = _BLUE if certain else _GREY
        panel.plot([100 * effect.low, 100 * effect.high], [height, height], color=colour, linewidth=2)
        panel.plot(100 * effect.value, height, "o", color=colour)
    panel.set_yticks(range(len(effects)), list(effects)[::-1])
    panel.set_xlim(reach)
    panel.axvline(0, color="black", linewidth=0.8)
    panel.set_xlabel(f"change in {label}, percentage points")
    return figure


def _parts(rows: Iterable[str]) -> list[list[str]]:
    """Splits the rows equally among figures; a taller figure would be scaled down on paper until it is unreadable."""
    names = list(rows)
    parts = ceil(len(names) / _MOST_ROWS)
    ends = [len(names) * part // max(1, parts) for part in range(parts + 1)]
    return [names[start:end] for start, end in pairwise(ends)]


def _panel(figure: Figure) -> Axes:
    panel = figure.subplots()
    panel.grid(alpha=0.25)
    panel.spines[["top", "right"]].set_visible(False)
    return panel
