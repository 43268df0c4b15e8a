"""Common code of campaigns of trainings: rows that are written as trainings end, and the values of a row."""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import nan
from pathlib import Path
from statistics import mean, stdev
from typing import Annotated

import torch
import typer
from torch import Tensor

from pipelines.loading.data import PreparedData
from pipelines.training.distillation import Teacher
from pipelines.training.loop import Training
from pipelines.training.recipe import Recipe
from pipelines.training.scoring import score
from pipelines.weights import read_weights
from ulsam import MobileNet

CPU = torch.device("cpu")
SHORT = Recipe(epochs=6, batch_size=64, learning_rate=0.02, clip_norm=10)  # of the rows that TRANSFER was chosen by
TRANSFER = replace(SHORT, epochs=12)  # of campaigns since then

# The options of campaigns that start from one file of trained weights.
Photographs = Annotated[Path | None, typer.Argument(help="Photographs, prepared.")]
TrainedWeights = Annotated[Path | None, typer.Argument(help="Of MobileNet-V2 x1.0, with torchvision's names.")]
Part = Annotated[int, typer.Option(min=0)]
Of = Annotated[int, typer.Option(min=1)]
OnlyAnalyse = Annotated[bool, typer.Option("--analyse", help="Train nothing.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A CSV file that grows as trainings end, so that a call goes on where another was interrupted.

    Attributes:
        path: of the file.
        key: the columns that tell a row from all others.
        columns: all of them.
    """

    path: Path
    key: Sequence[str]
    columns: Sequence[str]

    def lacks(self, key: Sequence[object]) -> bool:
        """Whether the training of that ``key`` is still to be done; other processes may have done it meanwhile."""
        return tuple(map(str, key)) not in {tuple(row[name] for name in self.key) for row in read_rows(self.path)}

    def append(self, row: Mapping[str, object]) -> None:
        """Adds a row in one write: several processes may have the file open."""
        new = not self.path.exists()
        with self.path.open("a", newline="") as file:
            writer = csv.DictWriter(file, self.columns)
            if new:
                writer.writeheader()
            writer.writerow(row)
        print(*row.values(), flush=True)

    def keep(self, key: Sequence[object], row: Mapping[str, object]) -> None:
        """Adds what this file has columns for of a training of that ``key``."""
        self.append(dict(zip(self.key, key, strict=True)) | {name: row[name] for name in self.columns if name in row})


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file; none where there is no file."""
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def read_inputs(photographs: Path | None, weights: Path | None) -> tuple[PreparedData, dict[str, Tensor]]:
    """Reads the data and the weights that a campaign's trainings start from, and sets PyTorch to one thread.

    Raises:
        typer.BadParameter: one of them is not given.
    """
    if photographs is None or weights is None:
        raise typer.BadParameter("give the prepared photographs and the weights, or --analyse")
    torch.set_num_threads(1)
    data = PreparedData(photographs, workers=1, device=CPU, splits=("train", "val", "test"))
    return data, read_weights(weights)


def run_campaign(
    train_all: Callable[[PreparedData, dict[str, Tensor], int, int], None], analyse: Callable[[], None]
) -> None:
    """Runs the command of a campaign that starts from trained weights: trains its part of the rows, then analyses all.

    Args:
        train_all: trains what is not done yet, with the data, the weights, the part and the number of parts.
        analyse: prints what the rows say.
    """

    def main(
        data: Photographs = None,
        weights: TrainedWeights = None,
        part: Part = 0,
        of: Of = 1,
        only_analyse: OnlyAnalyse = False,
    ) -> None:
        if not only_analyse:
            train_all(*read_inputs(data, weights), part, of)
        analyse()

    typer.run(main)


def train(
    model: MobileNet, data: PreparedData, recipe: Recipe, input_size: int, seed: int, teacher: Teacher | None = None
) -> float:
    """Trains ``model``, in place, to the end of ``recipe``; its last training loss."""
    training = Training(model, data, recipe, input_size, seed=seed, device=CPU, teacher=teacher)
    while not training.finished:
        epoch = training.run_epoch()
    return epoch.train_loss


def train_and_score(
    model: MobileNet, data: PreparedData, recipe: Recipe, input_size: int, seed: int, teacher: Teacher | None = None
) -> dict[str, object]:
    """Trains ``model`` to the end: its accuracy on validation and test images together, and the last training loss."""
    train_loss = train(model, data, recipe, input_size, seed, teacher)
    scores = [score(model, data, split, input_size, CPU) for split in ("val", "test")]
    right = sum(one.values["accuracy"] * one.images for one in scores)
    return {"accuracy": round(right / sum(one.images for one in scores), 5), "train_loss": round(train_loss, 4)}


def mean_and_error(values: Sequence[float]) -> tuple[float, float]:
    """The mean with its standard error; two NaN where fewer than two values tell no error."""
    return (mean(values), stdev(values) / len(values) ** 0.5) if len(values) > 1 else (nan, nan)


def mean_and_spread(values: Sequence[float]) -> str:
    """The mean with the standard deviation: ``26.8 ± 1.9 (n=3)``; empty where there are no values."""
    if not values:
        return ""
    spread = f" ± {stdev(values):.1f}" if len(values) > 1 else ""
    return f"{mean(values):.1f}{spread} (n={len(values)})"
