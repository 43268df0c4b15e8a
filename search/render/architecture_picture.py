"""A network as a drawing of its blocks, for MLflow: a standalone SVG for light and dark themes.

One is written for every trial, so the SVG is written directly: matplotlib would take a second.
"""

import textwrap
from collections.abc import Collection, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from search.render.blocks import BlockSummary, blocks_of, by_layer
from search.render.drawn_costs import drawn_costs
from search.render.network_words import describe_network, describe_placements
from spaces import KNOWN_COSTS, Candidate, KnownCost, describe_costs

_WIDTH, _LEFT, _RIGHT = 800, 76, 12
_LINE = 18  # of text
_ABOVE, _BELOW = 80, 50  # the height of the tallest bars
_SIDES = (("above", _ABOVE), ("below", _BELOW))
_LETTERS = 115  # that fit on a line
_NO_BREAK = "\N{NO-BREAK SPACE}"
# The mechanisms' names are wider than a block.
_SHORT = {
    "non_local": "NL",
    "double_attention": "A2",
    "squeeze_excite": "SE",
    "bam": "BAM",
    "cbam": "CBAM",
    "eca": "ECA",
    "simam": "SimAM",
    "coordinate": "CA",
    "global_context": "GC",
}
# It brings its own ground, as what shows it may be light where the system is dark.
_STYLE = """
  .ground { fill: #ffffff; } text { fill: #596579; font: 12px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
  .name, .place { fill: #1c2430; } .name { font-size: 16px; } .count { font-size: 10px; }
  .block text { text-anchor: middle; }
  .above { fill: #1f5fbf; } .below { fill: #8a94a6; } .line { stroke: #d5dbe5; }
  .attention { fill: #b45309; stroke: #b45309; stroke-width: 1.5; } .after { fill: #ffffff; }
  @media (prefers-color-scheme: dark) {
    .ground, .after { fill: #141a23; } text { fill: #a3aec0; } .name, .place { fill: #e6eaf1; }
    .line { stroke: #3a4556; } .above { fill: #8ab4f8; } .below { fill: #5d6a7e; }
    .attention { fill: #fbbf24; stroke: #fbbf24; } .attention.after { fill: #141a23; }
  }
"""


def architecture_picture(
    network: Candidate, known_costs: Sequence[KnownCost] = KNOWN_COSTS, minimised: Collection[str] = ()
) -> str:
    """Returns the SVG of a network: each block with its costs and its attention.

    Args:
        network: the network to draw.
        known_costs: the costs that the search counts, in the order shown; two that layers have shares of are drawn.
        minimised: the names of the costs that the search minimises; these are drawn before others.
    """
    costs = drawn_costs(by_layer(known_costs), minimised)
    blocks = blocks_of(network, costs)
    whole = {cost.name: sum(block.costs[cost.name] for block in blocks) for cost in costs}
    arch = network.arch
    name = f"{describe_network(arch)}: {describe_costs(whole, costs)} at {network.input_size} px"
    placements = describe_placements(arch)
    svg = Element("svg", xmlns="http://www.w3.org/2000/svg", role="img")
    svg.set("aria-labelledby", "name attention")
    SubElement(svg, "title", id="name").text = name
    SubElement(svg, "desc", id="attention").text = f"attention: {placements}"
    SubElement(svg, "style").text = _STYLE
    SubElement(svg, "rect", {"class": "ground", "width": "100%", "height": "100%"})
    _text(svg, 16, 28, name, "name")
    y = 32.0
    unbroken = placements.replace(" ", _NO_BREAK).replace(f",{_NO_BREAK}", ", ")  # a placement stays on its line
    for line in textwrap.wrap(f"attention: {unbroken}", _LETTERS):
        y += _LINE
        _text(svg, 16, y, line)
    height = _draw(svg, blocks, costs, y)
    svg.set("viewBox", f"0 0 {_WIDTH} {height:g}")
    svg.set("width", str(_WIDTH))
    svg.set("height", f"{height:g}")
    indent(svg)
    return tostring(svg, encoding="unicode") + "\n"


def _draw(svg: Element, blocks: list[BlockSummary], costs: Sequence[KnownCost], top: float) -> float:
    """Draws the columns below ``top``: bars for the last cost rise from a line, bars for the other one hang from it.

    Returns:
        The lower end of the columns.
    """
    step = (_WIDTH - _LEFT - _RIGHT) / len(blocks)
    attention = any(block.attention for block in blocks)
    mark = top + 24
    line = (mark + 44 if attention else top + 28) + _ABOVE
    foot = line + _BELOW + 38
    rows = (foot, foot + _LINE, foot + 2 * _LINE)
    sides = list(zip(reversed(costs), _SIDES, strict=False))
    for index, block in enumerate(blocks):
        x, middle = _LEFT + index * step + 2, _LEFT + (index + 0.5) * step
        group = SubElement(svg, "g", {"class": "block"})
        SubElement(group, "title").text = _words(block, costs)
        for cost, (kind, most) in sides:
            count = block.costs[cost.name]
            length = most * count / max(1, *(other.costs[cost.name] for other in blocks))
            above = kind == "above"
            _bar(group, x, line - length if above else line + 1, step - 4, length, kind)
            _text(group, middle, line - length - 4 if above else line + length + 13, _count(cost, count), "count")
        if block.attention:
            centre = {"cx": f"{middle:.1f}", "cy": f"{mark:g}"}
            SubElement(group, "circle", {"class": f"attention {block.mode}", "r": "6"} | centre)
            _text(group, middle, mark + 22, _SHORT.get(block.attention, block.attention), "place")
        named = {"classifier": "class"}.get(block.name, block.name) if block.number is None else str(block.number)
        for row, words in zip(rows, (named, str(block.channels), str(block.size)), strict=True):
            _text(group, middle, row, words)
    SubElement(svg, "path", {"class": "line", "d": f"M{_LEFT} {line + 0.5:g}H{_WIDTH - _RIGHT}"})
    for (cost, _), y in zip(sides, (line - 8, line + 16), strict=False):
        _text(svg, 16, y, cost.short)
    for y, words in zip(rows, ("block", "channels", "pixels"), strict=True):
        _text(svg, 16, y, words)
    if not attention:
        return rows[-1] + 16
    for x, kind, words in ((_LEFT, "replaces", "replaces the block"), (_LEFT + 180, "after", "after the block")):
        centre = {"cx": f"{x + 6}", "cy": f"{rows[-1] + 26:g}"}
        SubElement(svg, "circle", {"class": f"attention {kind}", "r": "6"} | centre)
        _text(svg, x + 20, rows[-1] + 30, words)
    return rows[-1] + 46


def _words(block: BlockSummary, costs: Sequence[KnownCost]) -> str:
    attention = f"; {block.attention} {block.mode} it" if block.attention else ""
    counts = ", ".join(f"{block.costs[cost.name]:,} {cost.label}" for cost in reversed(costs))
    removed = "; removed" if block.removed else ""
    return f"{block.name}: {block.channels} channels, {block.size}x{block.size}; {counts}{attention}{removed}"


def _count(cost: KnownCost, count: int) -> str:
    """Formats a count with three digits: four are wider than a block."""
    return cost.format(float(f"{count:.3g}"))


def _bar(parent: Element, x: float, y: float, width: float, height: float, kind: str) -> None:
    box = {"x": f"{x:.1f}", "y": f"{y:.1f}", "width": f"{width:.1f}", "height": f"{max(height, 0.5):.1f}"}
    SubElement(parent, "rect", {"class": kind} | box)


def _text(parent: Element, x: float, y: float, words: str, kind: str | None = None) -> None:
    at = {"x": f"{x:.1f}", "y": f"{y:.1f}"}
    SubElement(parent, "text", at if kind is None else {"class": kind} | at).text = words
