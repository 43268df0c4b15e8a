"""A network as a drawing of its blocks, for MLflow: an SVG that is read by itself, in light and in dark.

It is written for every trial, so it is written directly: matplotlib would cost a second.
"""

import textwrap
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from search.render.blocks import BlockSummary, blocks_of
from search.render.front_table import describe_network, describe_placements
from spaces import format_count
from ulsam import ArchConfig

_WIDTH, _LEFT, _RIGHT = 800, 76, 12
_LINE = 18  # of text
_FLOPS, _PARAMS = 80, 50  # the height of the tallest bars
_LETTERS = 115  # that fit on a line
_NO_BREAK = "\N{NO-BREAK SPACE}"
# The mechanisms' names are wider than a block.
_SHORT = {"non_local": "NL", "double_attention": "A2", "squeeze_excite": "SE", "bam": "BAM", "cbam": "CBAM"}
# It brings its own ground, as what shows it may be light where the system is dark.
_STYLE = """
  .ground { fill: #ffffff; } text { fill: #596579; font: 12px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
  .name, .place { fill: #1c2430; } .name { font-size: 16px; } .count { font-size: 10px; }
  .block text { text-anchor: middle; }
  .flops { fill: #1f5fbf; } .params { fill: #8a94a6; } .line { stroke: #d5dbe5; }
  .attention { fill: #b45309; stroke: #b45309; stroke-width: 1.5; } .after { fill: #ffffff; }
  @media (prefers-color-scheme: dark) {
    .ground, .after { fill: #141a23; } text { fill: #a3aec0; } .name, .place { fill: #e6eaf1; }
    .line { stroke: #3a4556; } .flops { fill: #8ab4f8; } .params { fill: #5d6a7e; }
    .attention { fill: #fbbf24; stroke: #fbbf24; } .attention.after { fill: #141a23; }
  }
"""


def architecture_picture(arch: ArchConfig, input_size: int) -> str:
    """``arch`` on images of ``input_size`` pixels as SVG: each block with its cost and its attention."""
    blocks = blocks_of(arch, input_size)
    params, flops = (format_count(sum(getattr(block, cost) for block in blocks)) for cost in ("params", "flops"))
    name = f"{describe_network(arch)}: {params} parameters, {flops} FLOPs at {input_size} px"
    placements = describe_placements(arch)
    svg = Element("svg", xmlns="http://www.w3.org/2000/svg", role="img")
    svg.set("aria-labelledby", "name attention")
    SubElement(svg, "title", id="name").text = name
    SubElement(svg, "desc", id="attention").text = f"attention: {placements}"
    SubElement(svg, "style").text = _STYLE
    SubElement(svg, "rect", {"class": "ground", "width": "100%", "height": "100%"})
    _text(svg, 16, 28, name, "name")
    y = 32.0
    whole = placements.replace(" ", _NO_BREAK).replace(f",{_NO_BREAK}", ", ")  # a placement stays on its line
    for line in textwrap.wrap(f"attention: {whole}", _LETTERS):
        y += _LINE
        _text(svg, 16, y, line)
    height = _draw(svg, blocks, y)
    svg.set("viewBox", f"0 0 {_WIDTH} {height:g}")
    svg.set("width", str(_WIDTH))
    svg.set("height", f"{height:g}")
    indent(svg)
    return tostring(svg, encoding="unicode") + "\n"


def _draw(svg: Element, blocks: list[BlockSummary], top: float) -> float:
    """Draws the columns below ``top``; where they end."""
    step = (_WIDTH - _LEFT - _RIGHT) / len(blocks)
    attention = any(block.attention for block in blocks)
    mark = top + 24
    line = (mark + 44 if attention else top + 28) + _FLOPS  # FLOPs stand on it, parameters hang from it
    foot = line + _PARAMS + 38
    rows = (foot, foot + _LINE, foot + 2 * _LINE)
    tallest_flops, tallest_params = max(block.flops for block in blocks), max(block.params for block in blocks)
    for index, block in enumerate(blocks):
        x, middle = _LEFT + index * step + 2, _LEFT + (index + 0.5) * step
        group = SubElement(svg, "g", {"class": "block"})
        SubElement(group, "title").text = _words(block)
        up, down = _FLOPS * block.flops / tallest_flops, _PARAMS * block.params / tallest_params
        _bar(group, x, line - up, step - 4, up, "flops")
        _bar(group, x, line + 1, step - 4, down, "params")
        _text(group, middle, line - up - 4, _count(block.flops), "count")
        _text(group, middle, line + down + 13, _count(block.params), "count")
        if block.attention:
            centre = {"cx": f"{middle:.1f}", "cy": f"{mark:g}"}
            SubElement(group, "circle", {"class": f"attention {block.mode}", "r": "6"} | centre)
            _text(group, middle, mark + 22, _SHORT.get(block.attention, block.attention), "place")
        named = {"classifier": "class"}.get(block.name, block.name) if block.number is None else str(block.number)
        for row, words in zip(rows, (named, str(block.channels), str(block.size)), strict=True):
            _text(group, middle, row, words)
    SubElement(svg, "path", {"class": "line", "d": f"M{_LEFT} {line + 0.5:g}H{_WIDTH - _RIGHT}"})
    for y, words in zip((line - 8, line + 16, *rows), ("FLOPs", "params", "block", "channels", "pixels"), strict=True):
        _text(svg, 16, y, words)
    if not attention:
        return rows[-1] + 16
    for x, kind, words in ((_LEFT, "for", "in place of the block"), (_LEFT + 180, "after", "after the block")):
        centre = {"cx": f"{x + 6}", "cy": f"{rows[-1] + 26:g}"}
        SubElement(svg, "circle", {"class": f"attention {kind}", "r": "6"} | centre)
        _text(svg, x + 20, rows[-1] + 30, words)
    return rows[-1] + 46


def _words(block: BlockSummary) -> str:
    attention = f"; {block.mode} it {block.attention}" if block.attention else ""
    return (
        f"{block.name}: {block.channels} channels, {block.size}x{block.size}; {block.flops:,} FLOPs, "
        f"{block.params:,} parameters{attention}"
    )


def _count(count: int) -> str:
    """Three digits: four are wider than a block."""
    return format_count(float(f"{count:.3g}"))


def _bar(parent: Element, x: float, y: float, width: float, height: float, kind: str) -> None:
    box = {"x": f"{x:.1f}", "y": f"{y:.1f}", "width": f"{width:.1f}", "height": f"{max(height, 0.5):.1f}"}
    SubElement(parent, "rect", {"class": kind} | box)


def _text(parent: Element, x: float, y: float, words: str, kind: str | None = None) -> None:
    at = {"x": f"{x:.1f}", "y": f"{y:.1f}"}
    SubElement(parent, "text", at if kind is None else {"class": kind} | at).text = words
