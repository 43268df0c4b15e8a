"""Explanations of networks as a picture: the image, Grad-CAM, and the most uneven maps of each ULSAM."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pipelines.files import atomic_write

_LINES, _MAPS_A_LINE = 5, 8
_PANEL, _TITLE = 1.45, 0.45  # inches
_HIGHEST, _DPI = 9.9, 150  # inches: just below 1,500 pixels
_LETTERS = 7.0  # points
_LETTER, _TEXT_LINE = 0.58 * _LETTERS / 72, 1.25 * _LETTERS / 72  # inches: how wide one is, and how high a line
_LEAST_SCALE = 2.0  # so that maps which are nearly even look so
_EVEN = 1.05


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UlsamMaps:
    """The attention maps of a ULSAM: ``name`` says where it is; ``maps`` are (g, height, width), each summing to 1."""

    name: str
    maps: NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Explanation:
    """One network's answer to an image, and what it rests on.

    Attributes:
        name: of the network.
        answer: the predicted class with its probability, such as ``cat (93.1%)``.
        explained: the class that Grad-CAM explains.
        image: (size, size, 3), 0 to 1.
        grad_cam: (size, size), 0 to 1.
        attention: the maps of each ULSAM, in the network's order.
        beyond_removal: the gain of attention over removing the blocks it replaces, in words; empty: it replaces none.
    """

    name: str
    answer: str
    explained: str
    image: NDArray[np.float32]
    grad_cam: NDArray[np.float32]
    attention: tuple[UlsamMaps, ...]
    beyond_removal: str = ""


def save_explanations(explanations: Sequence[Explanation], path: Path) -> None:
    """Draws the explanations into a file; see :func:`draw`.

    Args:
        explanations: from top to bottom; at least one.
        path: of the file to write (PNG, SVG or PDF); its ending decides the format.
    """
    with atomic_write(path) as partial:
        draw(explanations).savefig(partial, dpi=_DPI)


def draw(explanations: Sequence[Explanation]) -> Figure:
    """Draws one network below the other, with its most uneven attention maps, all on one scale.

    The text at the bottom lists the maps that are not drawn.
    """
    with_maps = sum(bool(explanation.attention) for explanation in explanations)
    most_lines = max(1, (_LINES - len(explanations) + with_maps) // max(1, with_maps))
    networks = [_Network.of(explanation, most_lines) for explanation in explanations]
    lines = [(network, number) for network in networks for number in range(max(1, len(network.lines)))]
    maps = [one for network in networks for line in network.lines for one in line]
    key = ["Grad-CAM: red regions support the class most, dark blue ones not at all; one scale per network"]
    if maps:
        key.append("attention maps: maximum as a multiple of the mean; one scale for all maps")
    key += [f"{network.explanation.name}, {words}" for network in networks for words in network.not_drawn]
    key += [f"{one.name}, {one.beyond_removal}" for one in explanations if one.beyond_removal]
    drawn = 2 + max(len(line) for network in networks for line in (*network.lines, []))
    columns = max(drawn, 5 if len(key) > 1 else 3)  # words need room
    width = _PANEL * columns
    key = [line for words in key for line in textwrap.wrap(words, int(width / _LETTER))]
    below = _TEXT_LINE * len(key) + 0.1
    panel = min(_PANEL, (_HIGHEST - below) / len(lines) - _TITLE)
    figure = Figure(figsize=(width, (panel + _TITLE) * len(lines) + below), layout="constrained")
    strongest = max((float(one.times_even.max()) for one in maps), default=0.0)
    for row, (network, number) in zip(figure.subplots(len(lines), columns, squeeze=False), lines, strict=True):
        for axes in row:
            axes.axis("off")
        if number == 0:
            _show_network(row[0], row[1], network.explanation)
        for axes, one in zip(row[2:], network.lines[number] if network.lines else [], strict=False):
            _show_map(axes, one, max(strongest, _LEAST_SCALE))
    figure.supxlabel("\n".join(key), fontsize=_LETTERS, parse_math=False)
    return figure


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Map:
    title: str
    image: NDArray[np.float32]
    times_even: NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Network:
    """The lines of maps that are drawn for a network, and words for the maps that are not."""

    explanation: Explanation
    lines: list[list[_Map]]
    not_drawn: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, explanation: Explanation, most_lines: int) -> "_Network":
        """Assigns a line of maps to each layer; where there are more layers than lines, several share one."""
        uneven = {layer.name: _uneven(explanation, layer) for layer in explanation.attention}
        shown = [name for name in uneven if uneven[name]]
        # A layer counts by its most uneven map.
        strongest = sorted(shown, key=lambda name: -uneven[name][0].times_even.max())[: most_lines * _MAPS_A_LINE]
        kept = [name for name in shown if name in strongest]
        on_a_line = ceil(len(kept) / most_lines)
        each = _MAPS_A_LINE // max(1, on_a_line)
        drawn = {name: uneven[name][: each if name in kept else 0] for name in uneven}
        lines = [
            [one for name in kept[start : start + on_a_line] for one in drawn[name]]
            for start in range(0, len(kept), max(1, on_a_line))
        ]
        every = {layer.name: len(layer.maps) for layer in explanation.attention}
        left_out = {
            "uniform": {name: every[name] - len(uneven[name]) for name in uneven},
            "closer to uniform": {name: len(uneven[name]) - len(drawn[name]) for name in uneven},
        }
        return cls(
            explanation=explanation,
            lines=lines,
            not_drawn=[
                f"{why} and not drawn: " + ", ".join(f"{n} of {every[name]} {name}" for name, n in counts.items() if n)
                for why, counts in left_out.items()
                if any(counts.values())
            ],
        )


def _uneven(explanation: Explanation, layer: UlsamMaps) -> list[_Map]:
    """Returns the uneven maps of a layer, the most uneven first; an even map has learned nothing, or sees nothing."""
    grey = explanation.image.mean(axis=2)
    maps = [
        _Map(
            title=f"{layer.name}, {number} of {len(layer.maps)}:\n{times_even.max():.1f} times",
            image=grey,
            times_even=times_even,
        )
        for number, times_even in enumerate(layer.maps * layer.maps[0].size, start=1)
        if times_even.max() >= _EVEN
    ]
    return sorted(maps, key=lambda one: -one.times_even.max())


def _show_network(photo: Axes, cam: Axes, explanation: Explanation) -> None:
    _show(photo, explanation.image, f"{explanation.name}\n{explanation.answer}")
    _show(cam, explanation.image, f"Grad-CAM:\n{explanation.explained}")
    cam.imshow(explanation.grad_cam, cmap="jet", alpha=0.45, vmin=0, vmax=1)


def _show_map(panel: Axes, one: _Map, strongest: float) -> None:
    _show(panel, one.image, one.title)
    edge = len(one.image) - 0.5
    panel.imshow(
        one.times_even,
        cmap="inferno",
        alpha=0.7,
        vmin=0,
        vmax=strongest,
        extent=(-0.5, edge, edge, -0.5),
        interpolation="bilinear",
    )


def _show(panel: Axes, image: NDArray[np.float32], title: str) -> None:
    panel.imshow(image, cmap="gray", vmin=0, vmax=1)
    panel.set_title(title, fontsize=_LETTERS, parse_math=False)
