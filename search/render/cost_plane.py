"""A space's cost plane as a picture: one cost against another, a dot for each network."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from pipelines.files import atomic_write
from search.render.drawn_costs import drawn_costs
from search.study.spec import StudySpec
from spaces import Budgets
from spaces.space_sample import SpaceSample

_GREY = "#d5dbe5"


def save_cost_plane(spec: StudySpec, space_sample: SpaceSample, path: Path) -> None:
    """Draws the :func:`cost_plane` into a file.

    Args:
        spec: the search.
        space_sample: the networks within the budgets, or a sample of them.
        path: of the file to write (PNG, SVG or PDF); its ending decides the format.
    """
    with atomic_write(path) as partial:
        cost_plane(spec, space_sample).savefig(partial, dpi=150)


def cost_plane(spec: StudySpec, space_sample: SpaceSample) -> Figure:
    """Draws the costs of networks: those within the budgets, and in grey those beyond.

    The axes are the costs that the search minimises; one such cost is drawn against another known cost.

    Args:
        spec: the search.
        space_sample: the networks within the budgets, or a sample of them.
    """
    across, up = drawn_costs(spec.known_costs, spec.search.objectives)
    figure = Figure(figsize=(7.4, 4.8), layout="constrained")
    axes = figure.subplots()
    beyond = _beyond(spec)
    # Rasterised: an SVG or a PDF of twenty thousand shapes is slow to open.
    dots: dict[str, Any] = {"s": 9, "linewidths": 0, "rasterized": True}
    if beyond is not None:
        axes.scatter(beyond.costs[across.name], beyond.costs[up.name], color=_GREY, label="over budget", **dots)
    widths = sorted({network.arch.width for network in space_sample.networks})
    palette = colormaps["viridis"](np.linspace(0, 0.9, len(widths)))
    for width, colour in zip(widths, palette, strict=True):
        chosen = np.array([network.arch.width == width for network in space_sample.networks])
        axes.scatter(
            space_sample.costs[across.name][chosen],
            space_sample.costs[up.name][chosen],
            color=colour,
            alpha=0.7,
            **dots,
        )
        axes.scatter([], [], s=30, color=colour, label=f"x{width:g}")
    for draw, cost in ((axes.axvline, across), (axes.axhline, up)):
        if (budget := spec.budgets.limits.get(cost.name)) is not None:
            draw(budget, color="#b3261e", linestyle="--", linewidth=1, label="budget")
    for axis, cost in ((axes.xaxis, across), (axes.yaxis, up)):
        axis.set_label_text(cost.title)
        axis.set_major_formatter(FuncFormatter(lambda value, _, written=cost.format: written(value) if value else "0"))
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    handles = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))  # one "budget" for two lines
    figure.legend(handles.values(), handles.keys(), loc="outside right upper", frameon=False)
    drawn = f"{len(space_sample.networks):,} networks" + ("" if space_sample.whole else ", a sample,")
    figure.suptitle(
        f"{spec.name}: {drawn} within the budgets{'' if beyond is None else ', others in gray'}",
        fontsize=11,
        x=0.01,
        horizontalalignment="left",
    )
    return figure


def _beyond(spec: StudySpec) -> SpaceSample | None:
    """Returns the networks of the space, or of a sample of it, that are over budget; None: there are none."""
    space = spec.search_space
    if space.budgets == Budgets():
        return None
    every = SpaceSample.of(replace(space, budgets=Budgets()))
    over = np.any([every.costs[name] > limit for name, limit in space.budgets.limits.items()], axis=0)
    if not over.any():
        return None
    return SpaceSample(
        networks=tuple(network for network, is_over in zip(every.networks, over, strict=True) if is_over),
        costs={name: counts[over] for name, counts in every.costs.items()},
        whole=every.whole,
    )
