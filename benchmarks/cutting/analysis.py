"""The trainings in a table: a row for each way to cut, a column for each width."""

import csv
from collections import defaultdict
from pathlib import Path
from statistics import mean, stdev

from rich.console import Console
from rich.table import Table


def analyse(trainings: Path) -> None:
    """Prints the mean over seeds of each way at each width, and the spread between seeds."""
    found: defaultdict[tuple[str, str], defaultdict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    with trainings.open(newline="") as file:
        for row in csv.DictReader(file):
            found[row["learning_rate"], row["way"]][row["width"]].append(100 * float(row["accuracy"]))
    widths = sorted({width for of_way in found.values() for width in of_way}, reverse=True)
    table = Table("rate", "cut by", *(f"x{width}" for width in widths))
    for (rate, way), of_way in found.items():
        table.add_row(rate, way, *(_in_words(of_way[width]) for width in widths))
    Console().print(table)


def _in_words(accuracies: list[float]) -> str:
    if not accuracies:
        return ""
    spread = f" ± {stdev(accuracies):.1f}" if len(accuracies) > 1 else ""
    return f"{mean(accuracies):.1f}{spread} (n={len(accuracies)})"
