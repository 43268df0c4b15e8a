"""A network's drawing: whole, true and readable by itself, whatever the network."""

from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest

from search.render.architecture_picture import architecture_picture
from search.render.blocks import blocks_of
from spaces import Candidate, Change, format_count
from tests.browser import open_page
from ulsam import ArchConfig, Placement, count_cost
from ulsam.arch import MECHANISMS, Mechanism, Mode
from ulsam.backbones import Backbone

SVG = "{http://www.w3.org/2000/svg}"


def network(backbone: Backbone, attention: Mechanism, mode: Mode) -> Candidate:
    """Attention at two blocks that can be substituted."""
    groups = 4 if attention == "ulsam" else 1
    blocks = (8, 9) if backbone == "mobilenet_v1" else (9, 12)
    placements = tuple(Placement(block=block, mode=mode, groups=groups, attention=attention) for block in blocks)
    return Candidate(arch=ArchConfig(backbone=backbone, width=0.5, placements=placements), input_size=224)


def drawn(network: Candidate) -> Element:
    return fromstring(architecture_picture(network))


@pytest.mark.parametrize("mode", ["insert", "substitute"])
@pytest.mark.parametrize("attention", MECHANISMS)
@pytest.mark.parametrize("backbone", ["mobilenet_v1", "mobilenet_v2"])
def test_each_block_has_its_cost_and_its_attention(backbone: Backbone, attention: Mechanism, mode: Mode) -> None:
    made = network(backbone, attention, mode)
    svg, cost = drawn(made), count_cost(made.arch)
    blocks = blocks_of(made)
    assert sum(block.costs["flops"] for block in blocks) == cost.flops
    assert sum(block.costs["params"] for block in blocks) == cost.params
    columns = svg.findall(f"{SVG}g[@class='block']")
    assert len(columns) == len(blocks)
    for column, block in zip(columns, blocks, strict=True):
        words = column.findtext(f"{SVG}title") or ""
        assert words.startswith(f"{block.name}: {block.channels} channels, {block.size}x{block.size};")
        assert f" {block.costs['flops']:,} FLOPs, {block.costs['params']:,} parameters" in words
    kind = {"insert": "after", "substitute": "replaces"}[mode]
    marked = [columns.index(column) for column in columns if column.find(f"{SVG}circle") is not None]
    assert marked == [placement.block for placement in made.arch.placements]
    for number in marked:
        circle = columns[number].find(f"{SVG}circle")
        assert circle is not None
        assert circle.get("class") == f"attention {kind}"
        if attention == "ulsam":
            assert columns[number].findtext(f"{SVG}text[@class='place']") == "g=4"


@pytest.mark.parametrize(("cost", "side"), [("flops", "above"), ("params", "below")])
def test_bars_are_as_tall_as_blocks_are_dear(cost: str, side: str) -> None:
    made = network("mobilenet_v2", "ulsam", "insert")
    costs = [block.costs[cost] for block in blocks_of(made)]
    bars = [float(bar.get("height") or 0) for bar in drawn(made).iter(f"{SVG}rect") if bar.get("class") == side]
    tallest = max(bars)
    assert bars == pytest.approx([max(tallest * each / max(costs), 0.5) for each in costs], abs=0.06)


def test_it_says_by_itself_what_it_shows() -> None:
    made = network("mobilenet_v2", "ulsam", "substitute")
    svg, cost = drawn(made), count_cost(made.arch)
    named = {element.get("id"): element.text for element in svg if element.get("id")}
    assert svg.get("role") == "img"
    assert [named[name] for name in (svg.get("aria-labelledby") or "").split()] == [
        f"V2 x0.5: {format_count(cost.params)} parameters, {format_count(cost.flops)} FLOPs at 224 px",
        "attention: replaces 9, 12 (g=4)",
    ]


def test_of_a_plain_network_it_says_that_there_is_no_attention() -> None:
    svg = drawn(network("mobilenet_v1", "ulsam", "insert").plain)
    assert svg.find(f".//{SVG}circle") is None
    assert "attention: none" in [text.text for text in svg.iter(f"{SVG}text")]


def test_a_block_that_is_left_out_keeps_its_column_and_costs_nothing() -> None:
    thin = Candidate(arch=ArchConfig(backbone="mobilenet_v2", removed=(15, 16)), input_size=224)
    blocks, svg = blocks_of(thin), drawn(thin)
    assert [block.number for block in blocks if block.removed] == [15, 16]
    assert {tuple(block.costs.values()) for block in blocks if block.removed} == {(0, 0)}
    assert len(svg.findall(f"{SVG}g[@class='block']")) == len(blocks) == 20
    assert (svg.findtext(f"{SVG}title") or "").startswith("V2 x1 without 15, 16: ")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_that_is_written_is_seen_and_nothing_lies_over_another(scheme: str, tmp_path: Path) -> None:
    """Every block has attention, each mechanism in turn: no network has more to write."""
    shape = Candidate(arch=ArchConfig(backbone="mobilenet_v2"), input_size=224)
    full = [Change.to("insert", block, attention=MECHANISMS[block % len(MECHANISMS)]) for block in range(1, 18)]
    (tmp_path / "arch.svg").write_text(architecture_picture(shape.with_changes(full)), encoding="utf-8")
    with open_page() as page:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.goto((tmp_path / "arch.svg").as_uri())
        boxes = page.evaluate(
            "[...document.querySelectorAll('text')].map((text) => text.getBoundingClientRect().toJSON())"
        )
        size = page.evaluate("document.documentElement.getBoundingClientRect().toJSON()")
        ground, words = page.evaluate(
            "['.ground', 'text'].map((what) => getComputedStyle(document.querySelector(what)).fill)"
        )
    assert len(boxes) > 100
    for box in boxes:
        assert box["left"] >= 0
        assert box["right"] <= size["right"]
        assert box["bottom"] <= size["bottom"]
    for index, one in enumerate(boxes):
        for other in boxes[index + 1 :]:
            beside = one["right"] <= other["left"] + 1 or other["right"] <= one["left"] + 1
            # Boxes of text have air above and below.
            over = one["bottom"] <= other["top"] + 4 or other["bottom"] <= one["top"] + 4
            assert beside or over, (one, other)
    assert (ground, words) == {
        "light": ("rgb(255, 255, 255)", "rgb(28, 36, 48)"),
        "dark": ("rgb(20, 26, 35)", "rgb(230, 234, 241)"),
    }[scheme]
