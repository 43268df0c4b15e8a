"""What networks look at, as a picture: the image, Grad-CAM, and the maps of each ULSAM."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pipelines.files import whole_file

_MAPS_A_LINE = 8
_PANEL = 1.45  # inches
_LEAST_SCALE = 2.0  # so that maps which are nearly even look so
_EVEN = 1.05


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UlsamMaps:
    """``name`` says where a ULSAM is; ``maps`` are its (g, height, width), each summing to 1."""

    name: str
    maps: NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Explanation:
    """What one network makes of an image.

    Attributes:
        name: of the network.
        answer: its class and how sure it is.
        explained: the class that Grad-CAM explains.
        image: (size, size, 3), from 0 to 1.
        grad_cam: (size, size), from 0 to 1.
        attention: of each ULSAM, in the network's order.
    """

    name: str
    answer: str
    explained: str
    image: NDArray[np.float32]
    grad_cam: NDArray[np.float32]
    attention: tuple[UlsamMaps, ...]


def save_explanations(explanations: Sequence[Explanation], path: Path) -> None:
    """Draws them into a PNG, SVG or PDF file, by its ending."""
    with whole_file(path) as partial:
        draw(explanations).savefig(partial, dpi=150)


def draw(explanations: Sequence[Explanation]) -> Figure:
    """One network under the other, all attention maps on one scale."""
    lines = [line for explanation in explanations for line in _lines(explanation)]
    strongest = max((float(one.times_even.max()) for _, maps in lines for one in maps), default=0.0)
    columns = 2 + max(len(maps) for _, maps in lines)
    figure = Figure(figsize=(_PANEL * max(columns, 3), (_PANEL + 0.45) * len(lines)), layout="constrained")
    panels = figure.subplots(len(lines), columns, squeeze=False)
    for panel in panels.flat:
        panel.axis("off")
    for row, (explanation, maps) in zip(panels, lines, strict=True):
        if explanation is not None:
            _show(row[0], explanation.image, f"{explanation.name}\n{explanation.answer}")
            _show(row[1], explanation.image, f"Grad-CAM:\n{explanation.explained}")
            row[1].imshow(explanation.grad_cam, cmap="jet", alpha=0.45, vmin=0, vmax=1)
        for panel, one in zip(row[2:], maps, strict=False):
            _show(panel, one.image, one.title)
            edge = len(one.image) - 0.5
            panel.imshow(
                one.times_even,
                cmap="inferno",
                alpha=0.7,
                vmin=0,
                vmax=max(strongest, _LEAST_SCALE),
                extent=(-0.5, edge, edge, -0.5),
                interpolation="bilinear",
            )
    key = ["Grad-CAM: red speaks most for the class, dark blue not at all; a scale for each network"]
    if columns > 2:
        key.append("attention maps: how many times the mean the strongest place gets; all on one scale")
    figure.supxlabel("\n".join(key), fontsize=7)
    return figure


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Map:
    title: str
    image: NDArray[np.float32]
    times_even: NDArray[np.float32]


def _lines(explanation: Explanation) -> Iterator[tuple[Explanation | None, list[_Map]]]:
    """The picture's lines for a network: its own panels on the first, a ULSAM's maps on one or several."""
    lines: list[list[_Map]] = []
    for ulsam in explanation.attention:
        maps = [
            _Map(
                title=f"{ulsam.name}, {number} of {len(ulsam.maps)}:\n{_peak(times_even)}",
                image=explanation.image.mean(axis=2),
                times_even=times_even,
            )
            for number, times_even in enumerate(ulsam.maps * ulsam.maps[0].size, start=1)
        ]
        lines += [maps[start : start + _MAPS_A_LINE] for start in range(0, len(maps), _MAPS_A_LINE)]
    yield explanation, lines[0] if lines else []
    for line in lines[1:]:
        yield None, line


def _peak(times_even: NDArray[np.float32]) -> str:
    """A map that is even everywhere has learnt nothing, or sees nothing here."""
    return "even" if times_even.max() < _EVEN else f"{times_even.max():.1f} times"


def _show(panel: Axes, image: NDArray[np.float32], title: str) -> None:
    panel.imshow(image, cmap="gray", vmin=0, vmax=1)
    panel.set_title(title, fontsize=7, parse_math=False)
