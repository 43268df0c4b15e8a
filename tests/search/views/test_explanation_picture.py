"""The picture of what networks look at: which panels there are, and what they say."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from search.views.explanation_picture import Explanation, UlsamMaps, draw, save_explanations


def explanation(name: str, *attention: UlsamMaps) -> Explanation:
    image = np.linspace(0, 1, 8 * 8 * 3, dtype=np.float32).reshape(8, 8, 3)
    return Explanation(
        name=name, answer="cat (90.0%)", explained="dog", image=image, grad_cam=image[:, :, 0], attention=attention
    )


def even(groups: int) -> np.ndarray:
    return np.full((groups, 2, 2), 0.25, dtype=np.float32)


def titles(figure: Figure) -> list[str]:
    return [panel.get_title().replace("\n", " ") for panel in figure.axes if panel.get_title()]


def test_each_network_has_image_grad_cam_and_every_map() -> None:
    peaked = even(2)
    peaked[1] = [[0.7, 0.1], [0.1, 0.1]]
    figure = draw([explanation("best", UlsamMaps(name="for block 12", maps=peaked)), explanation("plain")])
    assert titles(figure) == [
        "best cat (90.0%)",
        "Grad-CAM: dog",
        "for block 12, 1 of 2: even",
        "for block 12, 2 of 2: 2.8 times",
        "plain cat (90.0%)",
        "Grad-CAM: dog",
    ]


def test_many_maps_go_on_on_further_lines_and_share_a_scale() -> None:
    figure = draw([explanation("best", UlsamMaps(name="a", maps=even(16)), UlsamMaps(name="b", maps=even(1)))])
    assert len(titles(figure)) == 2 + 16 + 1
    scales = {panel.images[-1].get_clim() for panel in figure.axes if panel.get_title().startswith(("a", "b,"))}
    assert scales == {(0.0, 2.0)}
    lines = {panel.get_subplotspec().rowspan.start for panel in figure.axes if panel.get_title()}  # type: ignore[union-attr]
    assert lines == {0, 1, 2}


def test_it_is_written_as_a_picture(tmp_path: Path) -> None:
    save_explanations([explanation("best", UlsamMaps(name="a", maps=even(4)))], tmp_path / "e.png")
    with Image.open(tmp_path / "e.png") as picture:
        assert picture.width > picture.height
