"""What do colour jitter, RandAugment and erasing do to accuracy? A narrow and a wide network, with each and without.

    nice -n 19 python -m benchmarks.augmentation data/grocery-96 [--weights WEIGHTS.safetensors] [--part 0 --of 2]
    python -m benchmarks.augmentation --analyse

MobileNet-V2 x0.35 and x1.0 at 64 pixels, three seeds, from trained weights where they are given (x0.35 starts from them
cut to its width) and from fresh ones. Test and validation images are scored together. Trainings go into
``trainings.csv``, a row each as it ends; a call goes on where another was interrupted.
"""

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import torch
import typer
from torch import Tensor

from benchmarks.augmentation.analysis import analyse
from benchmarks.campaign import CPU, TRANSFER, Rows, train_and_score
from pipelines.loading.data import PreparedData
from pipelines.training.recipe import METHOD, Recipe
from pipelines.weights import read_weights
from ulsam import ArchConfig, build_model
from ulsam.cutting import cut
from ulsam.inheritance import inherit

AUGMENTATIONS: dict[str, dict[str, float]] = {
    "none": {},
    "color_jitter 0.2": {"color_jitter": 0.2},
    "color_jitter 0.4": {"color_jitter": 0.4},
    "hue_jitter 0.05": {"hue_jitter": 0.05},
    "rand_augment 5": {"rand_augment": 5},
    "rand_augment 9": {"rand_augment": 9},
    "erasing 0.25": {"erasing": 0.25},
    "rand_augment 9, erasing 0.25": {"rand_augment": 9, "erasing": 0.25},
}
WIDTHS = (0.35, 1.0)
SEEDS = (0, 1, 2)
SIZE = 64  # pixels
FRESH = Recipe(epochs=30, batch_size=64, learning_rate=0.05)
TRAININGS = Path(__file__).with_name("trainings.csv")
KEY = ("start", "augmentation", "width", "seed", "epochs", "method")
COLUMNS = (*KEY, "accuracy", "train_loss", "seconds")
ROWS = Rows(path=TRAININGS, key=KEY, columns=COLUMNS)


def main(
    data: Annotated[Path | None, typer.Argument(help="Photographs, prepared.")] = None,
    weights: Annotated[Path | None, typer.Option(help="Of MobileNet-V2 x1.0, with torchvision's names.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Of each training; default: the recipe's.")] = None,
    at_most: Annotated[int, typer.Option(min=1, help="Trainings of this call.")] = 10**6,
    part: Annotated[int, typer.Option(min=0)] = 0,
    of: Annotated[int, typer.Option(min=1)] = 1,
    only_analyse: Annotated[bool, typer.Option("--analyse", help="Train nothing.")] = False,
) -> None:
    if not only_analyse:
        if data is None:
            raise typer.BadParameter("give the prepared photographs, or --analyse")
        recipe = FRESH if weights is None else TRANSFER
        train_all(data, weights, recipe if epochs is None else replace(recipe, epochs=epochs), at_most, part, of)
    analyse(TRAININGS)


def train_all(folder: Path, weights: Path | None, recipe: Recipe, at_most: int, part: int, of: int) -> None:
    """Trains what is not in ``trainings.csv`` yet, seed by seed."""
    torch.set_num_threads(1)
    data = PreparedData(folder, workers=1, device=CPU, splits=("train", "val", "test"))
    file = None if weights is None else read_weights(weights)
    start = "fresh" if file is None else "pretrained"
    rows = [(seed, width, name) for seed in SEEDS for width in WIDTHS for name in AUGMENTATIONS]
    trained = 0
    for seed, width, name in rows[part::of]:
        key = (start, name, width, seed, recipe.epochs, METHOD)
        if trained == at_most or not ROWS.lacks(key):
            continue
        augmented = replace(recipe, **AUGMENTATIONS[name])  # type: ignore[arg-type]
        ROWS.keep(key, train(data, file, augmented, width, seed))
        trained += 1


def train(
    data: PreparedData, file: Mapping[str, Tensor] | None, recipe: Recipe, width: float, seed: int
) -> dict[str, object]:
    """What one network scores after training."""
    begun = time.perf_counter()
    torch.manual_seed(seed)
    arch = ArchConfig(backbone="mobilenet_v2", width=width, num_classes=data.num_classes)
    model = build_model(arch, SIZE)
    if file is not None:
        inherit(model, file if width == 1.0 else cut(file, replace(arch, width=1.0), width))
    row = train_and_score(model, data, recipe, SIZE, seed)
    return row | {"seconds": round(time.perf_counter() - begun, 1)}


if __name__ == "__main__":
    typer.run(main)
