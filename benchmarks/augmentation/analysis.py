"""The trainings in a table: a row for each augmentation, a column for each start and width."""

from collections import defaultdict
from pathlib import Path
from statistics import mean

from rich.console import Console
from rich.table import Table

from benchmarks.campaign import mean_and_error, read_rows

Column = tuple[str, str, str]  # start, width, epochs
NONE = "none"


def analyse(trainings: Path) -> None:
    """Prints the mean over seeds, and what an augmentation adds with the error of that, seed by seed."""
    found: defaultdict[str, defaultdict[Column, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    for row in read_rows(trainings):
        column = (row["start"], row["width"], row["epochs"])
        found[row["augmentation"]][column][row["seed"]] = 100 * float(row["accuracy"])
    columns = sorted({column for of_one in found.values() for column in of_one})
    table = Table("augmentation", *(f"{start} x{width}, {epochs} epochs" for start, width, epochs in columns))
    for name, of_one in found.items():
        table.add_row(name, *(_in_words(of_one[column], found[NONE][column]) for column in columns))
    Console().print(table)


def _in_words(accuracies: dict[str, float], without: dict[str, float]) -> str:
    if not accuracies:
        return ""
    words = f"{mean(accuracies.values()):.1f} (n={len(accuracies)})"
    gains = [accuracy - without[seed] for seed, accuracy in accuracies.items() if seed in without]
    if accuracies is without or len(gains) < 2:
        return words
    gain, error = mean_and_error(gains)
    return f"{words}, {gain:+.1f} ± {error:.1f}"
