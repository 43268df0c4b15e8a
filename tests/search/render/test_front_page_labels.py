"""The labels of the interactive page, at every width of a window: all bars are named and no two labels overlap."""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page

from search.render.front_page import save_page
from search.study.trial import TrialRecord
from spaces import Candidate
from tests.browser import open_page
from tests.search.factory import result, spec, trained
from ulsam import ArchConfig, Placement
from ulsam.arch import Mechanism
from ulsam.backbones import Backbone, backbone_shape

SPEC = spec("labels", space={"backbones": ["mobilenet_v1", "mobilenet_v2"], "widths": [1.0]})
OVERLAPPING = """() => [...document.querySelectorAll("svg")].flatMap((picture) => {
  const labels = [...picture.querySelectorAll("text")].filter((text) => text.textContent);
  const boxes = labels.map((label) => [label.textContent, label.getBoundingClientRect()]);
  return boxes.flatMap(([one, a], index) => boxes.slice(index + 1)
    .filter(([, b]) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0.5
      && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 0.5)
    .map(([other]) => `${one} and ${other}`));
})"""
OUTSIDE = """() => [...document.querySelectorAll("svg text")].filter((text) => {
  const box = text.getBoundingClientRect(), frame = text.ownerSVGElement.getBoundingClientRect();
  return box.left < frame.left - 0.5 || box.right > frame.right + 0.5
    || box.top < frame.top - 0.5 || box.bottom > frame.bottom + 0.5;
}).map((text) => text.textContent)"""
SMALLEST = """() => Math.min(...[...document.querySelectorAll("svg text")].map((text) =>
  parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a || Infinity))"""


def everywhere(backbone: Backbone, attention: Mechanism, groups: int) -> ArchConfig:
    """A network with attention after each block that takes it."""
    blocks = backbone_shape(backbone, 1.0).blocks
    placements = [
        Placement(block=block.index, mode="insert", groups=groups, attention=attention)
        for block in blocks
        if block.out_channels % groups == 0
    ]
    return ArchConfig(backbone=backbone, width=1.0, num_classes=10, stem_stride=1, placements=tuple(placements))


@pytest.fixture(scope="module")
def trials() -> list[TrialRecord]:
    archs = [
        everywhere("mobilenet_v2", "ulsam", 16),
        everywhere("mobilenet_v2", "double_attention", 1),
        everywhere("mobilenet_v1", "cbam", 1),
    ]
    networks = [Candidate(arch=arch, input_size=SPEC.input_sizes[0]) for arch in archs]
    made = trained(SPEC, networks, lambda arch: 0.9)
    return [replace(one, result=result(1.0 if one.number == 0 else 0.996, epochs=30)) for one in made]


def shown(page: Page, trial: int) -> None:
    page.evaluate("number => on.select(search.networks.find((network) => network.trial === number))", trial)
    page.wait_for_selector(f"article[aria-label='trial {trial}'] svg")


def test_no_two_labels_overlap_at_any_width(trials: list[TrialRecord], tmp_path: Path) -> None:
    save_page(SPEC, trials, tmp_path / "front.html")
    with open_page() as page:
        page.goto((tmp_path / "front.html").as_uri())
        for width in (360, 400, 500, 620, 735, 740, 800, 900, 1000, 1200, 1400):
            page.set_viewport_size({"width": width, "height": 800})
            for trial in range(3):
                shown(page, trial)
                assert page.evaluate(OVERLAPPING) == [], f"{width} px, trial {trial}"
                assert page.evaluate(OUTSIDE) == [], f"{width} px, trial {trial}"
            assert page.evaluate(SMALLEST) >= 7, f"{width} px"
            assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [400, 1200])
def test_every_bar_and_every_mark_is_named(trials: list[TrialRecord], tmp_path: Path, width: int) -> None:
    save_page(SPEC, trials, tmp_path / "front.html")
    with open_page(width=width) as page:
        page.goto((tmp_path / "front.html").as_uri())
        for trial, ends, mark in ((0, ["head", "class"], "g16"), (1, ["head", "class"], "A2"), (2, ["class"], "CBAM")):
            shown(page, trial)
            labels = page.locator("article svg >> nth=0").locator("text").all_text_contents()
            numbers = [str(block.index) for block in backbone_shape(trials[trial].arch.backbone, 1.0).blocks]
            named = [label for label in labels if label in {"stem", *ends, *numbers}]
            assert named == ["stem", *numbers, *ends]
            assert labels.count(mark) == len(trials[trial].arch.placements)
