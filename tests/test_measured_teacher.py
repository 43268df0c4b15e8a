"""What docs/teacher.md says that a teacher gains is what the rows say."""

import re

from benchmarks.distillation.analysis import Way, accuracies, controls, gain_over
from tests.figures import BENCHMARKS
from tests.pages import page

TEACHER = page("teacher")
ROWS = BENCHMARKS / "distillation" / "trainings.csv"
TABLE = re.compile(
    r"^\| ([\d,]+) \| (\d+) \| ([\d.]+) \| (\d) \| (\S+ ± \S+) \((\d+)\) \| (\S+ ± \S+) \((\d+)\) \|$", re.M
)


def gain(images: int, batch: int, way: Way) -> list[str]:
    """The gains over the same epochs and over the same time, each with its number of pairs."""
    found = accuracies(ROWS, images, batch)
    cells = []
    for control in controls(found):
        assert control is not None
        points, error, pairs = gain_over(found[control], found[way])
        cells += [f"{points:+.1f} ± {error:.1f}", str(pairs)]
    return cells


def test_each_gain_is_that_of_the_rows() -> None:
    lines = TABLE.findall(TEACHER)
    assert len(lines) >= 4
    for images, epochs, weight, temperature, *cells in lines:
        number = int(images.replace(",", ""))
        batch = {2640: 64, 300: 16}[number]
        assert gain(number, batch, (float(weight), float(temperature), int(epochs))) == cells, (images, weight)


def test_what_longer_training_gains_is_that_of_the_rows() -> None:
    found = accuracies(ROWS, images=2640, batch=64)
    short, long = controls(found)
    assert short is not None
    assert long is not None
    points, error, pairs = gain_over(found[short], found[long])
    words = f"{points:+.1f} ± {error:.1f} points"
    assert f"{long[2]} epochs gain {words} over {short[2]} ({pairs} pairs, 2,640 images)" in " ".join(TEACHER.split())
    assert f"{long[2]} epochs gain {words} more" in " ".join(page("groceries").split())
