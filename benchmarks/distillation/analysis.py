"""The trainings in a table: a row for each weight and temperature, a column for each student."""

from collections.abc import Mapping
from pathlib import Path
from statistics import mean, stdev

from rich.console import Console
from rich.table import Table

from benchmarks.campaign import mean_and_spread, read_rows

Accuracies = Mapping[tuple[str, str], float]


def analyse(trainings: Path) -> None:
    """Prints percent by way to teach and student, and the gain over training without a teacher."""
    found = accuracies(trainings)
    plain, *others = found
    students = list(dict.fromkeys(student for student, _ in found[plain]))
    table = Table("weight", "temperature", "epochs", *students, "gain")
    for way in (plain, *others):
        columns = [
            mean_and_spread([found[way][key] for key in found[way] if key[0] == student]) for student in students
        ]
        gain = "" if way == plain else "{:+.1f} ± {:.1f}".format(*gain_over(found[plain], found[way]))
        table.add_row(*way, *columns, gain)
    Console().print(table)


def accuracies(trainings: Path) -> dict[tuple[str, str, str], dict[tuple[str, str], float]]:
    """Percent by student and seed of each way: weight, temperature and epochs; first without a teacher."""
    found: dict[tuple[str, str, str], dict[tuple[str, str], float]] = {}
    for row in read_rows(trainings):
        way = row["weight"], row["temperature"], row["epochs"]
        found.setdefault(way, {})[row["student"], row["seed"]] = 100 * float(row["accuracy"])
    return dict(sorted(found.items(), key=lambda item: tuple(map(float, item[0]))))


def gain_over(plain: Accuracies, taught: Accuracies) -> tuple[float, float]:
    """How many points ``taught`` is above ``plain``, and its standard error: of trainings with the same seed."""
    gains = [taught[key] - plain[key] for key in taught if key in plain]
    return mean(gains), stdev(gains) / len(gains) ** 0.5 if len(gains) > 1 else float("nan")
