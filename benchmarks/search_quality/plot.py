"""Draws ``result.json``: what is missing of the front's hypervolume, by trainings spent."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

PICTURE = Path(__file__).parents[2] / "docs" / "search-quality.png"
COLOURS = {
    "ulsam-search": "#1f5fbf",
    "qLogNEHVI": "#b3261e",
    "GPSampler": "#d08c2f",
    "TPE": "#2e7d4f",
    "NSGA-II": "#7b4fa3",
    "random": "#8a94a6",
}
_LINES = {"none": "-", "front": "--", "ASHA": ":"}


def draw(result: Mapping[str, Any], path: Path = PICTURE) -> None:
    """Three panels: one trial at a time, 16 at once, and early stopping by epochs spent."""
    figure = Figure(figsize=(13, 4.2), layout="constrained")
    panels = figure.subplots(1, 3)
    macro = [row for row in result["missing"] if row["table"] == "NAS-Bench-Macro, flops"]
    for panel, at_once in zip(panels, (1, 16), strict=False):
        rows = [row for row in macro if row["at_once"] == at_once]
        for name, colour in COLOURS.items():
            for row in rows:
                if row["sampler"] == name:
                    _line(panel, row, f"{name} (n = {row['n']})", colour, "-")
        how = "one trial at a time" if at_once == 1 else "16 trials at once"
        _finish(panel, f"NAS-Bench-Macro, 6,561 networks, {how}", "trials", (20, 30, 50, 75, 100, 200))
    for row in result["epochs"]:
        label = f"{row['sampler']}, {'no stopping' if row['stopping'] == 'none' else row['stopping']}"
        _line(panels[2], row, label, COLOURS[row["sampler"]], _LINES[row["stopping"]])
    _finish(panels[2], "185 ULSAM networks on digits, early stopping", "epochs, in whole trainings", (10, 20, 30, 50))
    panels[0].set_ylabel("hypervolume still missing, %")
    figure.savefig(path, dpi=130)


def _line(panel: Axes, row: Mapping[str, Any], label: str, colour: str, style: str) -> None:
    trials = [int(trials) for trials in row["missing"]]
    mean, error = ([100 * share[key] for share in row["missing"].values()] for key in ("mean", "sd"))
    panel.plot(trials, mean, style, color=colour, label=label, marker="o", markersize=3, linewidth=1.6)
    half = [spread / max(1, row["n"]) ** 0.5 for spread in error]
    low, high = ([at + sign * by for at, by in zip(mean, half, strict=True)] for sign in (-1, 1))
    panel.fill_between(trials, [max(value, 0.01) for value in low], high, color=colour, alpha=0.12, linewidth=0)


def _finish(panel: Axes, title: str, label: str, ticks: Sequence[int]) -> None:
    panel.set_title(title, fontsize=10, loc="left")
    panel.set_xlabel(label)
    panel.set_xscale("log")
    panel.set_yscale("log")
    panel.set_xticks(ticks, [str(tick) for tick in ticks])
    panel.set_yticks([0.1, 0.3, 1, 3, 10, 30], ["0.1", "0.3", "1", "3", "10", "30"])
    for axis in (panel.xaxis, panel.yaxis):
        axis.set_minor_formatter(NullFormatter())
    panel.grid(alpha=0.25)
    panel.legend(fontsize=7.5, frameon=False, loc="lower left")
    panel.spines[["top", "right"]].set_visible(False)


if __name__ == "__main__":
    draw(json.loads((Path(__file__).parent / "result.json").read_text()))
