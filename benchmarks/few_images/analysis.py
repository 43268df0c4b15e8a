"""The trainings in tables: each batch and rate against the best of its data."""

from collections import defaultdict
from pathlib import Path
from statistics import mean, stdev

from benchmarks.campaign import read_rows


def analyse(trainings: Path) -> None:
    """Prints, for each data set and length, the mean of networks and seeds, with the mean spread between seeds."""
    rows = read_rows(trainings)
    groups: defaultdict[tuple[str, int, int], dict[tuple[int, float], list[dict[str, str]]]] = defaultdict(dict)
    for row in rows:
        group = groups[row["data"], int(row["images"]), int(row["epochs"])]
        group.setdefault((int(row["batch_size"]), float(row["learning_rate"])), []).append(row)
    for (data, images, epochs), settings in sorted(groups.items()):
        print(f"{data}, {images:,} images, {epochs} epochs")
        for (batch, rate), trained in sorted(settings.items()):
            accuracies = [100 * float(row["accuracy"]) for row in trained]
            spreads = [stdev(of_one) for of_one in _by_network(trained) if len(of_one) > 1]
            spread = f", seeds ± {mean(spreads):.1f}" if spreads else ""
            print(
                f"  batch {batch:4}, rate {rate:<7g} {images // batch:4} steps an epoch: {mean(accuracies):5.1f} %"
                f" (n={len(accuracies)}{spread}, lowest {min(accuracies):.1f})"
            )


def _by_network(trained: list[dict[str, str]]) -> list[list[float]]:
    found: defaultdict[str, list[float]] = defaultdict(list)
    for row in trained:
        found[row["network"]].append(100 * float(row["accuracy"]))
    return list(found.values())
