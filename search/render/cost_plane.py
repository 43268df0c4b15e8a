"""A space's cost plane as a picture: params against FLOPs, a dot a network."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from pipelines.files import whole_file
from search.study.spec import StudyFacts
from spaces import FLOPS, PARAMS, Budgets, format_count
from spaces.space_sample import Survey

_GREY = "#d5dbe5"


def save_cost_plane(facts: StudyFacts, survey: Survey, path: Path) -> None:
    """Draws the networks of ``survey``, and in grey those beyond the budgets, into a PNG, SVG or PDF file."""
    figure = Figure(figsize=(7.4, 4.8), layout="constrained")
    axes = figure.subplots()
    beyond = _beyond(facts)
    # Rasterised: an SVG or a PDF of twenty thousand shapes is slow to open.
    dots: dict[str, Any] = {"s": 9, "linewidths": 0, "rasterized": True}
    if beyond is not None:
        axes.scatter(beyond.costs[PARAMS.name], beyond.costs[FLOPS.name], color=_GREY, label="over budget", **dots)
    widths = sorted({arch.width for arch in survey.archs})
    palette = colormaps["viridis"](np.linspace(0, 0.9, len(widths)))
    for width, colour in zip(widths, palette, strict=True):
        chosen = np.array([arch.width == width for arch in survey.archs])
        axes.scatter(
            survey.costs[PARAMS.name][chosen], survey.costs[FLOPS.name][chosen], color=colour, alpha=0.7, **dots
        )
        axes.scatter([], [], s=30, color=colour, label=f"x{width:g}")
    for draw, cost in ((axes.axvline, PARAMS), (axes.axhline, FLOPS)):
        if (budget := facts.budgets.limits.get(cost.name)) is not None:
            draw(budget, color="#b3261e", linestyle="--", linewidth=1, label="budget")
    for axis, cost in zip((axes.xaxis, axes.yaxis), (PARAMS, FLOPS), strict=True):
        axis.set_label_text(cost.title)
        axis.set_major_formatter(FuncFormatter(lambda value, _: format_count(value) if value else "0"))
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    handles = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))  # one "budget" for two lines
    figure.legend(handles.values(), handles.keys(), loc="outside right upper", frameon=False)
    drawn = f"{len(survey.archs):,} networks" + ("" if survey.whole else ", a sample,")
    figure.suptitle(
        f"{facts.name}: {drawn} within the budgets{'' if beyond is None else ', others in grey'}",
        fontsize=11,
        x=0.01,
        horizontalalignment="left",
    )
    with whole_file(path) as partial:
        figure.savefig(partial, dpi=150)


def _beyond(facts: StudyFacts) -> Survey | None:
    """The networks of the space, or of a sample of it, that are over budget; None: there are none."""
    space = facts.search_space
    if space.budgets == Budgets():
        return None
    every = Survey.of(replace(space, budgets=Budgets()))
    over = np.any([every.costs[name] > limit for name, limit in space.budgets.limits.items()], axis=0)
    if not over.any():
        return None
    return Survey(
        archs=tuple(arch for arch, is_over in zip(every.archs, over, strict=True) if is_over),
        costs={name: counts[over] for name, counts in every.costs.items()},
        whole=every.whole,
    )
