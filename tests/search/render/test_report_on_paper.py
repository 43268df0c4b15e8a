"""The report on paper: what is drawn can be read."""

import base64
import re
from collections.abc import Iterator
from random import Random

import pytest
from weasyprint import HTML

from search.analysis.effects import ChangedPosition, Effect
from search.render.report import report
from search.render.report_figures import effects_figures, importance_figures
from tests.search.factory import spec, trained

SPEC = spec("paper", budgets={"flops": "2.9M"})
EFFECTS = {
    ChangedPosition((block,), mode, "double_attention"): Effect(
        pairs=9,
        value=0.001 * block,
        low=-0.01,
        high=0.002 * block,
        costs={"params": (1, 2), "flops": (3, 4)},
        seen=0,
        better=0,
    )
    for block in range(1, 18)
    for mode in ("insert", "substitute")
}


def drawn(html: str) -> Iterator[tuple[str, float]]:
    """What each picture shows, and the size of its smallest letters on paper, in points."""
    for page in HTML(string=html).render().pages:
        for box in page._page_box.descendants():
            if box.element_tag != "img":
                continue
            svg = base64.b64decode(box.element.get("src").partition(",")[2]).decode()
            width = float(re.search(r'<svg[^>]* width="([\d.]+)pt"', svg).group(1))  # type: ignore[union-attr]
            letters = [100 * float(scale) for scale in re.findall(r"scale\(([\d.]+) -", svg)]  # glyphs of 100 units
            shown = box.width * 0.75  # from CSS pixels
            yield box.element.get("alt"), min(letters) * shown / width


@pytest.fixture(scope="module")
def html() -> Iterator[str]:
    """Of a search with as many positions and parameters as MobileNet-V2 has."""
    trials = trained(SPEC, Random(3).sample(list(SPEC.search_space), 20))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("search.render.report.effects_of_positions", lambda *_: EFFECTS)
        patch.setattr("search.render.report.importances", lambda *_: {f"block_{n}": 0.05 for n in range(1, 21)})
        yield report(SPEC, trials)


def test_letters_have_at_least_seven_points(html: str) -> None:
    sizes = list(drawn(html))
    assert {alt for alt, size in sizes if size < 7} == set()
    for words in ("Attention by position", "Importance", "Hypervolume", "Validation accuracy"):
        assert any(alt.startswith(words) for alt, _ in sizes), words


def test_what_goes_on_in_a_further_picture_says_so_and_nothing_is_left_out(html: str) -> None:
    alts = [alt for alt, _ in drawn(html) if alt.startswith("Attention by position")]
    assert [alt.rpartition(", ")[2] for alt in alts] == ["part 1 of 3", "part 2 of 3", "part 3 of 3"]


def test_the_parts_of_a_picture_have_every_row_once_on_one_scale() -> None:
    effects = {f"{at.mode} {at.blocks[0]}": effect for at, effect in EFFECTS.items()}
    panels = [figure.axes[0] for figure in effects_figures(effects, "accuracy")]
    names = [[label.get_text() for label in panel.get_yticklabels()][::-1] for panel in panels]
    assert [name for part in names for name in part] == list(effects)
    assert max(map(len, names)) - min(map(len, names)) <= 1, "no part of a single row"
    assert len({panel.get_xlim() for panel in panels}) == 1
    shares = {f"block_{n}": n / 100 for n in range(19)} | {"blocks_8_9_10": 0.2}
    bars = [figure.axes[0] for figure in importance_figures(shares)]
    assert sum(len(panel.patches) for panel in bars) == 20
    assert bars[-1].get_yticklabels()[0].get_text() == "blocks 8, 9, 10"
    assert len({panel.get_xlim() for panel in bars}) == 1
    assert importance_figures({}) == effects_figures({}, "accuracy") == []
