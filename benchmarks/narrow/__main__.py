"""Why do narrow networks end far apart with different seeds, and what steadies them?

    nice -n 19 python -m benchmarks.narrow [--part 0 --of 2]
    python -m benchmarks.narrow --analyse

Plain MobileNet-V2 of three widths, eight seeds each, on handwritten digits at 24 pixels: 1,342 training images, batches
of 32, five epochs, fresh weights. Each setting changes one value of the recipe. Validation and test images are scored
together. Trainings go into ``trainings.csv``, a row each as it ends; a call goes on where another was interrupted.
"""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import torch
import typer

from benchmarks.campaign import CPU, Rows, mean_and_spread, read_rows, train_and_score
from pipelines.datasets import digits
from pipelines.loading.data import PreparedData
from pipelines.storage.prepare import prepare
from pipelines.training.recipe import METHOD, Recipe
from ulsam import ArchConfig, build_model

SEEDS = range(8)
SIZE = 24  # pixels
WIDTHS = (0.1, 0.2, 0.35)
BASE = Recipe(epochs=5, batch_size=32, learning_rate=0.1, min_crop=0.8, flip=False)
SETTINGS = {
    "rate 0.1": BASE,
    "rate 0.05": replace(BASE, learning_rate=0.05),
    "rate 0.025": replace(BASE, learning_rate=0.025),
    "rate 0.1, clipped at 1": replace(BASE, clip_norm=1.0),
    "rate 0.05, clipped at 1": replace(BASE, learning_rate=0.05, clip_norm=1.0),
    "rate 0.1, clipped at 5": replace(BASE, clip_norm=5.0),
    "rate 0.1, warm-up 2.5 epochs": replace(BASE, warmup_epochs=2.5),
    "rate 0.1, momentum 0.8": replace(BASE, momentum=0.8),
    "rate 0.1, 10 epochs": replace(BASE, epochs=10),
    "rate 0.05, 10 epochs": replace(BASE, learning_rate=0.05, epochs=10),
}
TRAININGS = Path(__file__).with_name("trainings.csv")
KEY = ("setting", "width", "seed", "method")
ROWS = Rows(path=TRAININGS, key=KEY, columns=(*KEY, "accuracy", "train_loss"))


def main(
    part: Annotated[int, typer.Option(min=0)] = 0,
    of: Annotated[int, typer.Option(min=1)] = 1,
    only_analyse: Annotated[bool, typer.Option("--analyse", help="Train nothing.")] = False,
) -> None:
    if not only_analyse:
        torch.set_num_threads(1)
        with TemporaryDirectory() as scratch:
            train_all(Path(scratch), part, of)
    analyse()


def train_all(scratch: Path, part: int, of: int) -> None:
    """Trains what is not in ``trainings.csv`` yet."""
    prepare(digits(), scratch / "digits", image_size=SIZE)
    data = PreparedData(scratch / "digits", workers=1, device=CPU, splits=("train", "val", "test"))
    rows = [(setting, width, seed) for setting in SETTINGS for width in WIDTHS for seed in SEEDS]
    for setting, width, seed in rows[part::of]:
        key = (setting, width, seed, METHOD)
        if not ROWS.lacks(key):
            continue
        torch.manual_seed(seed)
        model = build_model(ArchConfig(backbone="mobilenet_v2", width=width, num_classes=10, stem_stride=1), SIZE)
        row = train_and_score(model, data, SETTINGS[setting], SIZE, seed)
        ROWS.keep(key, row)


def analyse() -> None:
    """Accuracy in percent by setting and width: mean, deviation between seeds, number of seeds, and the lowest."""
    rows = read_rows(TRAININGS)
    for setting in SETTINGS:
        for width in WIDTHS:
            own = [row for row in rows if (row["setting"], row["width"]) == (setting, str(width))]
            values = [100 * float(row["accuracy"]) for row in own]
            if values:
                print(f"{setting:<30} x{width:<5} {mean_and_spread(values)}, lowest {min(values):.1f}")


if __name__ == "__main__":
    typer.run(main)
