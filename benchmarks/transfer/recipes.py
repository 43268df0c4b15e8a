"""Which recipe suits networks that start from trained weights, and does one suit all of their kinds?

    nice -n 19 python -m benchmarks.transfer.recipes data/grocery-96 WEIGHTS.safetensors [--part 0 --of 2]
    python -m benchmarks.transfer.recipes --analyse

Networks at 64 pixels, to be quick: the whole one, and those with blocks left out or replaced. Each recipe changes
values of one. Rows go into ``recipes.csv``, each as it ends, with the accuracies of ``benchmarks.transfer``: half of
the test images is for the report, the others choose together with the validation images.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import torch
import typer

from benchmarks.campaign import (
    SHORT,
    Of,
    OnlyAnalyse,
    Part,
    Photographs,
    Rows,
    TrainedWeights,
    mean_and_spread,
    read_inputs,
    read_rows,
)
from benchmarks.transfer.networks import Variant, by_ulsam, plain, without
from benchmarks.transfer.training import train
from pipelines.loading.data import PreparedData
from pipelines.training.recipe import METHOD

SEEDS = (0, 1, 2)
SIZE = 64  # pixels
RECIPES = {
    "rate 0.02, clipped at 10": SHORT,
    "rate 0.02, clipped at 10, fresh parts 5 times": replace(SHORT, fresh_rate=5),
    "rate 0.02, clipped at 10, frozen statistics": replace(SHORT, frozen_norms=True),
    "rate 0.02, clipped at 10, 12 epochs": replace(SHORT, epochs=12),
    "rate 0.014, batches of 32, clipped at 10": replace(SHORT, batch_size=32, learning_rate=0.014),
    "rate 0.014, batches of 32, clipped at 10, 12 epochs": replace(
        SHORT, batch_size=32, learning_rate=0.014, epochs=12
    ),
    "rate 0.05, clipped at 10": replace(SHORT, learning_rate=0.05),
    "rate 0.01, clipped at 10, fresh parts 5 times": replace(SHORT, learning_rate=0.01, fresh_rate=5),
    "rate 0.02, clipped at 10, averaged over 1 epoch": replace(SHORT, average_epochs=1),
    "rate 0.02, clipped at 10, warm-up 2 epochs": replace(SHORT, warmup_epochs=2),
    "rate 0.02": replace(SHORT, clip_norm=0),
    "rate 0.02, warm-up 2 epochs": replace(SHORT, clip_norm=0, warmup_epochs=2),
    "rate 0.01": replace(SHORT, clip_norm=0, learning_rate=0.01),
}
ROWS = Rows(
    path=Path(__file__).with_name("recipes.csv"),
    key=("recipe", "network", "seed", "method"),
    columns=("recipe", "network", "seed", "method", "choose", "report", "train_loss", "seconds"),
)


def main(
    data: Photographs = None,
    weights: TrainedWeights = None,
    only: Annotated[list[str] | None, typer.Option("--recipe", help="Train by these alone.")] = None,
    part: Part = 0,
    of: Of = 1,
    only_analyse: OnlyAnalyse = False,
) -> None:
    if not only_analyse:
        if unknown := set(only or ()) - RECIPES.keys():
            raise typer.BadParameter(f"expected one of {', '.join(RECIPES)}, got {', '.join(unknown)}")
        train_all(*read_inputs(data, weights), only or list(RECIPES), part, of)
    analyse()


def networks(num_classes: int) -> list[Variant]:
    """One of each kind."""
    return [
        plain(SIZE, num_classes),
        by_ulsam(SIZE, "C", num_classes),
        without(SIZE, "BCD", num_classes),
    ]


def train_all(data: PreparedData, trained: dict[str, torch.Tensor], names: Sequence[str], part: int, of: int) -> None:
    """Trains what is not in ``recipes.csv`` yet, a recipe after the other."""
    rows = [(name, seed, variant) for name in names for seed in SEEDS for variant in networks(data.num_classes)]
    for name, seed, variant in rows[part::of]:
        key = (name, variant.name, seed, METHOD)
        if ROWS.lacks(key):
            ROWS.keep(key, train(variant, RECIPES[name], seed, data, trained))


def analyse() -> None:
    """Prints percent of the reporting images by recipe and network, and the gain over the first recipe."""
    found = {
        (row["recipe"], row["network"], row["seed"]): 100 * float(row["report"])
        for row in read_rows(ROWS.path)
        if row["method"] == str(METHOD)
    }
    first, names = next(iter(RECIPES)), [variant.name for variant in networks(num_classes=2)]
    for name in RECIPES:
        trained = [(network, str(seed)) for network in names for seed in SEEDS if (name, network, str(seed)) in found]
        columns = [mean_and_spread([found[name, *one] for one in trained if one[0] == network]) for network in names]
        gains = [found[name, *one] - found[first, *one] for one in trained if (first, *one) in found]
        print(f"{name:<54}", *(f"{column:<18}" for column in columns), "gain", mean_and_spread(gains))


if __name__ == "__main__":
    typer.run(main)
