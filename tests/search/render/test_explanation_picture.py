"""The picture of what networks look at: which panels there are, and what they say."""

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from search.render.explanation_picture import Explanation, UlsamMaps, draw, save_explanations


def explanation(name: str, *attention: UlsamMaps) -> Explanation:
    image = np.linspace(0, 1, 8 * 8 * 3, dtype=np.float32).reshape(8, 8, 3)
    return Explanation(
        name=name, answer="cat (90.0%)", explained="dog", image=image, grad_cam=image[:, :, 0], attention=attention
    )


def even(groups: int) -> np.ndarray:
    return np.full((groups, 2, 2), 0.25, dtype=np.float32)


def titles(figure: Figure) -> list[str]:
    return [panel.get_title().replace("\n", " ") for panel in figure.axes if panel.get_title()]


def peaked(groups: int, size: int = 4) -> np.ndarray:
    """Maps of which each is more uneven than the one before."""
    maps = np.ones((groups, size, size), dtype=np.float32)
    maps[:, 1, 2] = np.arange(groups) + 2
    return maps / maps.sum(axis=(1, 2), keepdims=True)


def words(figure: Figure) -> str:
    """What stands below the panels."""
    return figure.get_supxlabel().replace("\n", " ")


def test_each_network_has_image_grad_cam_and_its_uneven_maps() -> None:
    one = even(2)
    one[1] = [[0.7, 0.1], [0.1, 0.1]]
    figure = draw([explanation("best", UlsamMaps(name="for block 12", maps=one)), explanation("plain")])
    assert titles(figure) == [
        "best cat (90.0%)",
        "Grad-CAM: dog",
        "for block 12, 2 of 2: 2.8 times",
        "plain cat (90.0%)",
        "Grad-CAM: dog",
    ]
    assert "best, uniform and not drawn: 1 of 2 for block 12" in words(figure)


def test_a_network_whose_maps_are_all_even_is_one_line_of_text() -> None:
    places = [UlsamMaps(name=f"after block {block}", maps=even(16)) for block in range(11, 17)]
    figure = draw([explanation("best", *places)])
    assert titles(figure) == ["best cat (90.0%)", "Grad-CAM: dog"]
    assert words(figure).count("16 of 16 after block") == 6
    assert "multiple of the mean" not in words(figure), "there is no map that this explains"


def test_of_many_maps_the_most_uneven_are_drawn_on_one_scale() -> None:
    figure = draw([explanation("best", UlsamMaps(name="a", maps=peaked(16)), UlsamMaps(name="b", maps=peaked(1)))])
    drawn = [title for title in titles(figure) if title.startswith(("a,", "b,"))]
    assert [title.split(":")[0] for title in drawn] == [f"a, {n} of 16" for n in range(16, 8, -1)] + ["b, 1 of 1"]
    panels = [panel for panel in figure.axes if panel.get_title().startswith(("a,", "b,"))]
    assert len({panel.images[-1].get_clim() for panel in panels}) == 1
    assert len({panel.get_subplotspec().rowspan.start for panel in panels}) == 2, "a line a place"  # type: ignore[union-attr]
    assert "best, closer to uniform and not drawn: 8 of 16 a" in words(figure)


PEAKED = peaked(16)


@pytest.mark.parametrize(("networks", "places"), [(1, 6), (1, 17), (2, 17), (8, 6)])
@pytest.mark.parametrize("maps", [even(16), PEAKED], ids=["even", "peaked"])
def test_it_stays_below_1500_pixels(tmp_path: Path, networks: int, places: int, maps: np.ndarray) -> None:
    attention = [UlsamMaps(name=f"after block {block}", maps=maps) for block in range(1, places + 1)]
    figure = draw([explanation(f"network-{number}", *attention) for number in range(networks)])
    assert figure.get_figheight() * 150 < 1500
    panels = [panel for panel in figure.axes if panel.get_title()]
    each = {name: sum(f"block {name}," in panel.get_title() for panel in panels) for name in range(1, places + 1)}
    if networks == 1 and maps is PEAKED:
        assert all(each.values()), "no place is left out"
    figure.draw_without_rendering()
    boxes = [panel.title.get_window_extent() for panel in panels]
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    below = figure._supxlabel.get_window_extent()  # type: ignore[attr-defined]
    assert below.x0 >= 0
    assert below.x1 <= figure.bbox.x1
    assert not any(box.overlaps(below) for box in boxes)
    assert min(panel.get_window_extent().height / figure.dpi for panel in panels) > 0.4, "inches"


def test_it_says_what_attention_does_beyond_the_removal_of_its_block() -> None:
    shown = replace(explanation("best", UlsamMaps(name="for block 12", maps=even(4))), beyond_removal="ULSAM: +0.1")
    assert "best, ULSAM: +0.1" in words(draw([shown]))


def test_it_is_written_as_a_picture(tmp_path: Path) -> None:
    save_explanations([explanation("best", UlsamMaps(name="a", maps=even(4)))], tmp_path / "e.png")
    with Image.open(tmp_path / "e.png") as picture:
        assert picture.width > picture.height
