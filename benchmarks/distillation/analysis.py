"""The trainings in a table: a row for each weight and temperature, a column for each student."""

import csv
from collections import defaultdict
from pathlib import Path
from statistics import mean, stdev

from rich.console import Console
from rich.table import Table


def analyse(trainings: Path) -> None:
    """Prints the mean over seeds of each way to teach, and the spread between seeds."""
    found: defaultdict[tuple[str, str], defaultdict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    with trainings.open(newline="") as file:
        for row in csv.DictReader(file):
            found[row["weight"], row["temperature"]][row["student"]].append(100 * float(row["accuracy"]))
    students = sorted({student for of_way in found.values() for student in of_way}, key=len)
    table = Table("weight", "temperature", *students)
    for (weight, temperature), of_way in sorted(found.items()):
        table.add_row(weight, temperature, *(_in_words(of_way[student]) for student in students))
    Console().print(table)


def _in_words(accuracies: list[float]) -> str:
    if not accuracies:
        return ""
    spread = f" ± {stdev(accuracies):.1f}" if len(accuracies) > 1 else ""
    return f"{mean(accuracies):.1f}{spread} (n={len(accuracies)})"
