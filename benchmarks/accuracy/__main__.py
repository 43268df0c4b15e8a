"""A network that a search found against torchvision's MobileNet-V2, trained by one recipe: test accuracy, three seeds.

    python -m benchmarks.accuracy BEST [--data FOLDER] [--recipe fine-grained] [--analyse]

BEST is what ``ulsam-search export`` wrote. Trainings go into ``trainings.csv``, which goes on where it was interrupted;
--analyse only reads it. Training is on the train split alone; the test split is looked at once, after the last epoch.
"""

import argparse
import csv
from collections.abc import Callable
from pathlib import Path
from statistics import mean, stdev

import torch
from torch import nn
from torchvision.models import mobilenet_v2

from benchmarks.report import save
from pipelines.loading.data import PreparedData
from pipelines.names import RECIPE_NAMES
from pipelines.training.loop import Training
from pipelines.training.recipe import Recipe
from pipelines.training.recipes import recipe_values
from search.artifacts.network import ExportedNetwork
from ulsam import ArchConfig, build_model, count_cost

SEEDS = (0, 1, 2)
TRAININGS = Path(__file__).with_name("trainings.csv")
COLUMNS = ["network", "params", "flops", "seed", "val_accuracy", "test_accuracy"]


def test_accuracy(model: nn.Module, data: PreparedData, recipe: Recipe, size: int, seed: int) -> tuple[float, float]:
    """Validation and test accuracy after the whole training."""
    training = Training(model, data, recipe, size, seed=seed, device=torch.device("cpu"))
    while not training.finished:
        epoch = training.run_epoch()
    return epoch.val_accuracy, training.score("test").accuracy


def train_all(best: ExportedNetwork, folder: Path, recipe: Recipe) -> None:
    """Trains what is not in ``trainings.csv`` yet."""
    torch.set_num_threads(1)
    data = PreparedData(folder, workers=1, device=torch.device("cpu"), splits=("train", "val", "test"))
    plain = ArchConfig(backbone="mobilenet_v2", width=1.0, num_classes=data.num_classes)
    networks: list[tuple[str, ArchConfig, Callable[[], nn.Module]]] = [
        ("found", best.arch, lambda: build_model(best.arch, best.input_size)),
        ("torchvision's MobileNet-V2", plain, lambda: mobilenet_v2(num_classes=data.num_classes)),
    ]
    done = set()
    if TRAININGS.exists():
        with TRAININGS.open(newline="") as file:
            done = {(row["network"], int(row["seed"])) for row in csv.DictReader(file)}
    with TRAININGS.open("a", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        if not done:
            writer.writeheader()
        for seed in SEEDS:
            for name, arch, build in networks:
                if (name, seed) in done:
                    continue
                torch.manual_seed(seed)
                val, test = test_accuracy(build(), data, recipe, best.input_size, seed)
                cost = count_cost(arch, best.input_size)
                row = [name, cost.params, cost.flops, seed, round(val, 5), round(test, 5)]
                writer.writerow(dict(zip(COLUMNS, row, strict=True)))
                file.flush()
                print(*row, flush=True)


def analyse(recipe: str) -> None:
    with TRAININGS.open(newline="") as file:
        rows = list(csv.DictReader(file))
    figures = {}
    for name in dict.fromkeys(row["network"] for row in rows):
        own = [row for row in rows if row["network"] == name]
        accuracies = [float(row["test_accuracy"]) for row in own]
        figures[name] = {
            "params": int(own[0]["params"]),
            "flops": int(own[0]["flops"]),
            "test_accuracy": {"mean": mean(accuracies), "sd": stdev(accuracies), "n": len(accuracies)},
        }
    save(Path(__file__).with_name("result.json"), {"recipe": recipe, "networks": figures}, ["torch", "torchvision"])
    print(figures)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("best", type=Path)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--recipe", choices=RECIPE_NAMES, default="fine-grained")
    parser.add_argument("--analyse", action="store_true")
    options = parser.parse_args()
    if not options.analyse:
        best = ExportedNetwork.load(options.best)
        folder = options.data or best.data.folder
        recipe = Recipe(**recipe_values(options.recipe))
        train_all(best, folder, recipe)
    analyse(options.recipe)


if __name__ == "__main__":
    main()
