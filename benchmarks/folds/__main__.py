"""How far do folds of the photographs move the score of a network, and how far do seeds?

    ulsam-search prepare --dataset folder --source PHOTOS --size 64 --out data/grocery-64
    nice -n 19 python -m benchmarks.folds data/grocery-64 WEIGHTS.safetensors [--part 0 --of 2]
    python -m benchmarks.folds --analyse

Three networks at 64 pixels, five folds of train and val together, two seeds each: 30 trainings of 6 epochs from one
file of MobileNet-V2 x1.0 on one thread. A seed sets the weights, the data order and the views. Every seed is trained
without every fold, so that the effects of seeds and folds can be separated. ``fold`` is the accuracy on the fold that
was left out, ``test`` that on the test split. Rows go into ``trainings.csv``, each as it ends; a call goes on where
another was interrupted. Data must be prepared by a version that keeps groups of images.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import sqrt
from pathlib import Path
from statistics import mean, stdev
from typing import Annotated

import torch
import typer
from torch import Tensor

from benchmarks.campaign import (
    CPU,
    SHORT,
    Of,
    OnlyAnalyse,
    Part,
    Photographs,
    Rows,
    TrainedWeights,
    mean_and_spread,
    read_rows,
)
from benchmarks.transfer.networks import Variant, by_ulsam, plain, without
from benchmarks.transfer.training import train
from pipelines.fold import Fold
from pipelines.loading.data import PreparedData
from pipelines.training.recipe import METHOD, Recipe
from pipelines.weights import read_weights
from search.analysis.two_way import two_way

SIZE = 64  # pixels
FOLDS = 5
SEEDS = (0, 1)
KEY = ("network", "fold_number", "seed", "epochs", "method")
ROWS = Rows(
    path=Path(__file__).with_name("trainings.csv"),
    key=KEY,
    columns=(*KEY, "fold", "test", "train_loss", "seconds"),
)


def main(
    data: Photographs = None,
    weights: TrainedWeights = None,
    epochs: Annotated[int, typer.Option(min=1, help="Of each training.")] = SHORT.epochs,
    most: Annotated[int | None, typer.Option(min=1, help="Maximum number of trainings.")] = None,
    part: Part = 0,
    of: Of = 1,
    only_analyse: OnlyAnalyse = False,
) -> None:
    if not only_analyse:
        if data is None or weights is None:
            raise typer.BadParameter("give the prepared photographs and the weights, or --analyse")
        torch.set_num_threads(1)
        first = PreparedData(data, workers=1, device=CPU, splits=("train", "val", "test"), fold=Fold(0, FOLDS))
        train_all(first, read_weights(weights), replace(SHORT, epochs=epochs), part, of, most)
    analyse(epochs)


def networks(num_classes: int) -> list[Variant]:
    """One of each kind."""
    return [plain(SIZE, num_classes), by_ulsam(SIZE, "C", num_classes), without(SIZE, "BCD", num_classes)]


def train_all(
    data: PreparedData, trained: dict[str, Tensor], recipe: Recipe, part: int, of: int, most: int | None
) -> None:
    """Trains what is not in ``trainings.csv`` yet: every network without the first fold, then without the next."""
    rows = [(variant, fold, seed) for seed in SEEDS for fold in range(FOLDS) for variant in networks(data.num_classes)]
    for variant, fold, seed in rows[part::of][:most]:
        key = (variant.name, fold, seed, recipe.epochs, METHOD)
        if ROWS.lacks(key):
            row = train(variant, recipe, seed, data.leaving_out(Fold(fold, FOLDS)), trained)
            ROWS.keep(key, row | {"fold": row["val"]})


def analyse(epochs: int) -> None:
    """Prints percent by network and fold, and the deviations that folds, seeds and chance make."""
    rows = [row for row in read_rows(ROWS.path) if row["method"] == str(METHOD) and row["epochs"] == str(epochs)]
    names = list(dict.fromkeys(row["network"] for row in rows))
    for name in names:
        own = [row for row in rows if row["network"] == name]
        by_fold = [
            mean_and_spread([100 * float(row["fold"]) for row in own if row["fold_number"] == str(fold)])
            for fold in range(FOLDS)
        ]
        test = mean_and_spread([100 * float(row["test"]) for row in own])
        print(f"{name:<24}", *(f"{one:<20}" for one in by_fold), "test", test)
    for column in ("fold", "test"):
        if len({row["fold_number"] for row in rows}) > 1 and len(names) > 1:
            print(f"{column:<5}", _deviations(rows, names, column))


def _deviations(rows: Sequence[dict[str, str]], names: Sequence[str], column: str) -> str:
    """Points: between the effects of folds, what is left beside them, and between the seeds of a network and fold."""
    cells = [(names.index(row["network"]), int(row["fold_number"]), 100 * float(row[column])) for row in rows]
    used = sorted({fold for _, fold, _ in cells})
    table = two_way([(row, used.index(fold), score) for row, fold, score in cells])
    scores: dict[tuple[int, int], list[float]] = {}
    for row, fold, score in cells:
        scores.setdefault((row, fold), []).append(score)
    several = [stdev(one) ** 2 for one in scores.values() if len(one) > 1]
    seeds = f"{sqrt(mean(several)):.2f}" if several else "unknown"
    left = f"{sqrt(table.squares / table.freedom):.2f}" if table.freedom else "unknown"
    return f"points between folds {stdev(table.effects):.2f}, beside them {left}, between seeds on one fold {seeds}"


if __name__ == "__main__":
    typer.run(main)
