"""The trainings in tables: a row for each way to teach, a column for each student."""

from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.campaign import mean_and_error, mean_and_spread, read_rows
from pipelines.training.recipe import METHOD

Way = tuple[float, float, int]  # the teacher's weight, the temperature, the epochs
Accuracies = Mapping[tuple[str, str], float]  # percent, by student and seed


def analyse(trainings: Path) -> None:
    """Prints percent by way to teach and student, and the gains over training without a teacher."""
    rows = [row for row in read_rows(trainings) if row["method"] == str(METHOD)]
    for images, batch in sorted({(int(row["images"]), int(row["batch_size"])) for row in rows}, reverse=True):
        found = accuracies(trainings, images, batch)
        students = list(dict.fromkeys(student for of_way in found.values() for student, _ in of_way))
        table = Table(title=f"{images:,} images, batches of {batch}")
        for column in ("weight", "temperature", "epochs", *students, "gain", "gain at equal time"):
            table.add_column(column)
        short, long = controls(found)
        for way, of_way in found.items():
            columns = [mean_and_spread([of_way[key] for key in of_way if key[0] == name]) for name in students]
            gains = ("", "") if not way[0] else (_gain(found, short, way), _gain(found, long, way))
            table.add_row(*map(str, way), *columns, *gains)
        Console().print(table)


def accuracies(trainings: Path, images: int, batch: int) -> dict[Way, dict[tuple[str, str], float]]:
    """Percent by student and seed of each way; first without a teacher."""
    found: dict[Way, dict[tuple[str, str], float]] = {}
    for row in read_rows(trainings):
        if (row["images"], row["batch_size"], row["method"]) == (str(images), str(batch), str(METHOD)):
            way = float(row["weight"]), float(row["temperature"]), int(row["epochs"])
            found.setdefault(way, {})[row["student"], row["seed"]] = 100 * float(row["accuracy"])
    return dict(sorted(found.items()))


def controls(found: Mapping[Way, Accuracies]) -> tuple[Way | None, Way | None]:
    """The ways without a teacher: for the same epochs, and for the same time; None: not trained."""
    without = [way for way in found if not way[0]]
    return (without[0] if without else None, without[-1] if len(without) > 1 else None)


def gain_over(control: Accuracies, taught: Accuracies) -> tuple[float, float, int]:
    """The mean gain of ``taught`` over ``control`` in points, its standard error and the number of pairs.

    A pair has the same student and seed.
    """
    gains = [taught[key] - control[key] for key in taught if key in control]
    return *mean_and_error(gains), len(gains)


def _gain(found: Mapping[Way, Accuracies], control: Way | None, way: Way) -> str:
    if control is None:
        return ""
    points, error, pairs = gain_over(found[control], found[way])
    return f"{points:+.1f} ± {error:.1f} (n={pairs})"
