"""How many images a step, how high a rate and how many epochs suit few images? Networks trained from fresh weights.

    nice -n 19 python -m benchmarks.few_images PHOTOS [--part 0 --of 2]
    python -m benchmarks.few_images --analyse

Two networks (MobileNet-V2 x0.35 without attention and with a ULSAM for block 12), three seeds each, on 300, 1,000 and
all 2,640 training photographs of 81 groceries at 48 pixels, and on handwritten digits. The training images are thinned
evenly, the class proportions stay. Validation and test images are scored together. Trainings go into
``trainings.csv``, a row each as it ends; a call goes on where another was interrupted.
"""

import time
from dataclasses import replace
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import torch
import typer

from benchmarks.campaign import CPU, Rows, train_and_score
from benchmarks.few_images.analysis import analyse
from pipelines.datasets import ImageDataset, digits
from pipelines.datasets.folder import folder
from pipelines.loading.data import PreparedData
from pipelines.storage.prepare import prepare
from pipelines.training.recipe import METHOD, Recipe
from ulsam import ArchConfig, Placement, build_model

SEEDS = (0, 1, 2)
SIZES = {"digits": 24, "groceries": 48}  # pixels
IMAGES = (("groceries", 300), ("groceries", 1000), ("groceries", 2640), ("digits", 300), ("digits", 1342))
BATCHES = (16, 32, 64, 128)
RATES = (0.5, 1.0, 2.0)  # times 0.1 * sqrt(batch / 128)
EPOCHS = (10, 20)
PLACEMENTS = {"plain": (), "ulsam": (Placement(block=12, mode="substitute", groups=4),)}
TRAININGS = Path(__file__).with_name("trainings.csv")
KEY = ("data", "images", "network", "batch_size", "learning_rate", "epochs", "seed", "method")
COLUMNS = (*KEY, "accuracy", "train_loss", "seconds")
ROWS = Rows(path=TRAININGS, key=KEY, columns=COLUMNS)


def main(
    photographs: Annotated[Path | None, typer.Argument(help="Groceries, a folder for each class.")] = None,
    part: Annotated[int, typer.Option(min=0)] = 0,
    of: Annotated[int, typer.Option(min=1)] = 1,
    only_analyse: Annotated[bool, typer.Option("--analyse", help="Train nothing.")] = False,
) -> None:
    if not only_analyse:
        if photographs is None:
            raise typer.BadParameter("give the folder of photographs, or --analyse")
        torch.set_num_threads(1)
        with TemporaryDirectory() as scratch:
            train_all(photographs, Path(scratch), part, of)
    analyse(TRAININGS)


def train_all(photographs: Path, scratch: Path, part: int, of: int) -> None:
    """Trains what is not in ``trainings.csv`` yet: the published rates of each batch first, then others."""
    rows = [
        (epochs, rate, seed, data, images, batch, network)
        for epochs, rate, seed in sorted(product(EPOCHS, RATES, SEEDS), key=lambda row: (row[0], row[1] != 1, row[2]))
        for (data, images), batch, network in product(IMAGES, BATCHES, PLACEMENTS)
    ]
    known: dict[tuple[str, int], PreparedData] = {}
    for epochs, rate, seed, data, images, batch, network in rows[part::of]:
        recipe = Recipe(
            epochs=epochs,
            batch_size=batch,
            learning_rate=round(rate * 0.1 * (batch / 128) ** 0.5, 4),
            flip=data != "digits",
            recalibration_batches=10,
        )
        key = (data, images, network, batch, recipe.learning_rate, epochs, seed, METHOD)
        if not ROWS.lacks(key):
            continue
        if (data, images) not in known:
            known[data, images] = thinned(photographs, data, images, scratch / f"{data}-{images}")
        ROWS.keep(key, train(known[data, images], SIZES[data], network, recipe, seed))


def thinned(photographs: Path, name: str, images: int, out: Path) -> PreparedData:
    """The data set with about ``images`` training images, taken evenly from all of them in order of class."""
    whole: ImageDataset = digits() if name == "digits" else folder(photographs)
    train = sorted(whole.splits["train"], key=lambda image: image.label)
    kept = tuple(train[index * len(train) // images] for index in range(min(images, len(train))))
    thin = replace(whole, splits=dict(whole.splits) | {"train": kept}, drawing=None)
    prepare(thin, out, image_size=SIZES[name])
    return PreparedData(out, workers=1, device=CPU, splits=("train", "val", "test"))


def train(data: PreparedData, size: int, network: str, recipe: Recipe, seed: int) -> dict[str, object]:
    """One row, but for its key."""
    start = time.perf_counter()
    arch = ArchConfig(
        backbone="mobilenet_v2",
        width=0.35,
        num_classes=data.num_classes,
        placements=PLACEMENTS[network],
        stem_stride=1 if size <= 32 else 2,
    )
    torch.manual_seed(seed)
    row = train_and_score(build_model(arch, size), data, recipe, size, seed)
    return row | {"seconds": round(time.perf_counter() - start, 1)}


if __name__ == "__main__":
    typer.run(main)
