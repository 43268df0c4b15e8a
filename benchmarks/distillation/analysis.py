"""The trainings in a table: a row for each weight and temperature, a column for each student."""

from collections import defaultdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.campaign import mean_and_spread, read_rows


def analyse(trainings: Path) -> None:
    """Prints the mean over seeds of each way to teach, and the spread between seeds."""
    found: defaultdict[tuple[str, str], defaultdict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in read_rows(trainings):
        found[row["weight"], row["temperature"]][row["student"]].append(100 * float(row["accuracy"]))
    students = sorted({student for of_way in found.values() for student in of_way}, key=len)
    table = Table("weight", "temperature", *students)
    for (weight, temperature), of_way in sorted(found.items()):
        table.add_row(weight, temperature, *(mean_and_spread(of_way[student]) for student in students))
    Console().print(table)
