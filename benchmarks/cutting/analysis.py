"""The trainings in a table: a row for each way to cut, a column for each width."""

from collections import defaultdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.campaign import mean_and_spread, read_rows


def analyse(trainings: Path) -> None:
    """Prints the mean over seeds of each way at each width, and the spread between seeds."""
    found: defaultdict[tuple[str, str], defaultdict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in read_rows(trainings):
        clipped = f", clipped at {row['clip_norm']}" if row["clip_norm"] != "0" else ""
        found[row["learning_rate"] + clipped, row["way"]][row["width"]].append(100 * float(row["accuracy"]))
    widths = sorted({width for of_way in found.values() for width in of_way}, reverse=True)
    table = Table("rate", "cut by", *(f"x{width}" for width in widths))
    for (rate, way), of_way in found.items():
        table.add_row(rate, way, *(mean_and_spread(of_way[width]) for width in widths))
    Console().print(table)
