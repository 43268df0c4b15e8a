"""Does a teacher help shorter networks? Accuracy with and without one, from the same weights and seeds.

    nice -n 19 python -m benchmarks.distillation data/grocery-96 WEIGHTS.safetensors [--part 0 --of 2] [--rows 1]
    nice -n 19 python -m benchmarks.distillation data/grocery-300 WEIGHTS.safetensors --fit
    python -m benchmarks.distillation --analyse

The teacher is MobileNet-V2 x1.0, tuned to the photographs from the file of weights with seed 0; students are the same
network without some blocks, from the same file. All are trained by the recipe ``transfer`` at 64 pixels; ``--fit``
adapts its batch, rate and epochs to the number of images, as ``init`` does. A step with a teacher takes about a third
longer, so the controls without one train for the same epochs, and for a third more. Test and validation images are
scored together. ``data/grocery-300`` has 300 of the 2,640 training files: of all in order of their paths, those of
number i * 2640 // 300. Trainings go into ``trainings.csv``, a row each as it ends; a call goes on where another was
interrupted.
"""

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import torch
import typer
from torch import Tensor

from benchmarks.campaign import (
    TRANSFER,
    Of,
    OnlyAnalyse,
    Part,
    Photographs,
    Rows,
    TrainedWeights,
    read_inputs,
    train,
    train_and_score,
)
from benchmarks.distillation.analysis import analyse
from pipelines.loading.data import PreparedData
from pipelines.training.distillation import Teacher
from pipelines.training.fitted_recipe import FittedRecipe
from pipelines.training.recipe import METHOD, Recipe
from ulsam import ArchConfig, MobileNet, build_model
from ulsam.inheritance import inherit

REMOVED: dict[str, tuple[int, ...]] = {
    "whole": (),
    "without 15, 16": (15, 16),
    "without 12, 13, 15, 16": (12, 13, 15, 16),
}
TEMPERATURES = (2.0, 4.0)
WEIGHTS = (0.0, 0.5, 0.9)  # of the teacher in the loss; 0: there is none
SEEDS = (0, 1, 2)
SIZE = 64  # pixels
TRAININGS = Path(__file__).with_name("trainings.csv")
AS_LONG = 4 / 3  # a step with a teacher takes about this many times as long as one without
KEY = ("images", "batch_size", "student", "weight", "temperature", "epochs", "seed", "method")
COLUMNS = (*KEY, "accuracy", "train_loss", "seconds")
ROWS = Rows(path=TRAININGS, key=KEY, columns=COLUMNS)


def main(
    data: Photographs = None,
    weights: TrainedWeights = None,
    part: Part = 0,
    of: Of = 1,
    rows: Annotated[int | None, typer.Option(min=1, help="The most trainings of this call.")] = None,
    fit: Annotated[
        bool, typer.Option("--fit", help="Batch, rate and length fit the images, as init fits them.")
    ] = False,
    only_analyse: OnlyAnalyse = False,
) -> None:
    if not only_analyse:
        train_all(*read_inputs(data, weights), part, of, rows, fit=fit)
    analyse(TRAININGS)


def train_all(
    data: PreparedData, file: Mapping[str, Tensor], part: int, of: int, most: int | None, *, fit: bool
) -> None:
    """Trains what is not in ``trainings.csv`` yet, a way to teach after the other, at most ``most`` networks."""
    images = data.manifest.splits["train"].images
    base = FittedRecipe.of(TRANSFER, images).recipe if fit else TRANSFER
    due = [key for key in _rows(images, base)[part::of] if ROWS.lacks(key)]
    teacher: Teacher | None = None
    for key in due[:most]:
        _, _, student, weight, temperature, epochs, seed, _ = key
        start = time.perf_counter()
        if weight and teacher is None:
            wide = starting_from(file, data, (), seed=0)
            train(wide, data, base, SIZE, 0)
            teacher = Teacher(wide, SIZE)
        recipe = replace(base, epochs=epochs, distill_weight=weight, distill_temperature=temperature)
        begun = time.perf_counter()
        model = starting_from(file, data, REMOVED[student], seed=seed)
        row = train_and_score(model, data, recipe, SIZE, seed, teacher)
        ROWS.keep(key, row | {"seconds": round(time.perf_counter() - begun, 1)})
        print(f"with its teacher {time.perf_counter() - start:.0f} s", flush=True)


def starting_from(file: Mapping[str, Tensor], data: PreparedData, removed: tuple[int, ...], *, seed: int) -> MobileNet:
    """The network without the ``removed`` blocks, with the weights in ``file``."""
    torch.manual_seed(seed)
    model = build_model(
        ArchConfig(backbone="mobilenet_v2", width=1.0, num_classes=data.num_classes, removed=removed), SIZE
    )
    inherit(model, file)
    return model


def _rows(images: int, recipe: Recipe) -> list[tuple[int, int, str, float, float, int, int, int]]:
    """Each training as its key; a temperature means nothing without a teacher."""
    epochs = recipe.epochs
    ways = [(0.0, TEMPERATURES[0], epochs), (0.0, TEMPERATURES[0], round(AS_LONG * epochs))]
    ways += [(w, t, epochs) for w in WEIGHTS if w for t in TEMPERATURES]
    begin = images, recipe.batch_size
    return [(*begin, student, *way, seed, METHOD) for way in ways for seed in SEEDS for student in REMOVED]


if __name__ == "__main__":
    typer.run(main)
