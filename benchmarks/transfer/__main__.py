"""Do networks differ where they start from trained weights? Accuracy between networks against accuracy between seeds.

    ulsam-search prepare --dataset folder --source PHOTOS --size 96 --out data/grocery-96
    nice -n 19 python -m benchmarks.transfer data/grocery-96 WEIGHTS.safetensors [--part 0 --of 2]
    python -m benchmarks.transfer --analyse [--epochs 6]

Twenty-four networks (``networks.py``), three seeds each, trained from one file of MobileNet-V2 x1.0 by one recipe on
one thread. Every second test image, from the first on, is for the report; the others are chosen by together with the
validation images. Trainings go into ``trainings.csv``, a row each as it ends; a call goes on where another was
interrupted. ``--part`` and ``--of`` divide the rows among processes.
"""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import torch
import typer

from benchmarks.campaign import (
    TRANSFER,
    Of,
    OnlyAnalyse,
    Part,
    Photographs,
    TrainedWeights,
    read_inputs,
    read_rows,
)
from benchmarks.transfer.analysis import analyse
from benchmarks.transfer.networks import variants
from benchmarks.transfer.rows import KEY, ROWS, TRAININGS, trained_by
from benchmarks.transfer.training import train
from pipelines.loading.data import PreparedData
from pipelines.training.recipe import Recipe

SEEDS = (0, 1, 2)


def main(
    data: Photographs = None,
    weights: TrainedWeights = None,
    epochs: Annotated[int, typer.Option(min=1, help="Of each training.")] = TRANSFER.epochs,
    part: Part = 0,
    of: Of = 1,
    only_analyse: OnlyAnalyse = False,
) -> None:
    recipe = replace(TRANSFER, epochs=epochs)
    if not only_analyse:
        train_all(*read_inputs(data, weights), recipe, part, of)
    analyse_rows(recipe)


def analyse_rows(recipe: Recipe) -> None:
    """Writes ``result.json`` from the rows of ``recipe``."""
    wanted = dict(zip(KEY[2:], map(str, trained_by(recipe)), strict=True))
    rows = [row for row in read_rows(TRAININGS) if wanted.items() <= row.items()]
    analyse(rows, recipe.epochs, Path(__file__).with_name("result.json"))


def train_all(data: PreparedData, trained: dict[str, torch.Tensor], recipe: Recipe, part: int, of: int) -> None:
    """Trains what is not in ``trainings.csv`` yet: every network with the first seed, then with the next."""
    rows = [(variant, seed) for seed in SEEDS for variant in variants(data.num_classes)]
    for variant, seed in rows[part::of]:
        key = (variant.name, seed, *trained_by(recipe))
        if ROWS.lacks(key):
            ROWS.keep(key, train(variant, recipe, seed, data, trained))


if __name__ == "__main__":
    typer.run(main)
