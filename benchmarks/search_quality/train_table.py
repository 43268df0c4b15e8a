"""Trains every network of a small ULSAM space on handwritten digits and writes the table: once, for about an hour.

    python -m benchmarks.search_quality.train_table

It goes on where it was interrupted. 640 digits to train on and 1,157 to score on, so that the accuracies of good
networks still differ by more than chance; scores after 1 and 3 epochs are annealed to zero within one more.
"""

import csv
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from pipelines.datasets import ImageDataset
from pipelines.datasets.digits import digits
from pipelines.loading.data import PreparedData
from pipelines.storage.prepare import prepare
from pipelines.training.loop import Training
from pipelines.training.recipe import Recipe
from spaces import Encoding, SearchSpace
from ulsam import ArchConfig, build_model, count_cost

RUNGS = (1, 3)
INPUT_SIZE = 16  # pixels
RECIPE = Recipe(epochs=9, batch_size=32, learning_rate=0.05, flip=False, min_crop=0.8, label_smoothing=0.1)
SPACE = SearchSpace(
    backbones=("mobilenet_v1",),
    widths=(0.1, 0.15, 0.2, 0.3, 0.4),
    groups=(1, 4),
    modes=("insert", "substitute"),
    blocks=(3, 5, 9),
    at_most=2,
    shared_groups=True,
    num_classes=10,
    input_sizes=(INPUT_SIZE,),
    stem_stride=1,
)
SEEDS = (0, 1)
ULSAM_DIGITS = Path(__file__).with_name("ulsam_digits.csv")
_TRAIN = 640


def main() -> None:
    torch.set_num_threads(1)
    encoding = Encoding(SPACE)
    columns = ["seed", *encoding.choices, "params", "flops", *(f"rung_{rung}" for rung in RUNGS), "accuracy", "seconds"]
    done = set()
    if ULSAM_DIGITS.exists():
        with ULSAM_DIGITS.open(newline="") as file:
            done = {tuple(row[name] for name in ("seed", *encoding.choices)) for row in csv.DictReader(file)}
    with TemporaryDirectory() as folder, ULSAM_DIGITS.open("a", newline="") as file:
        data = few_digits(Path(folder, "digits"), INPUT_SIZE)
        writer = csv.DictWriter(file, columns)
        if not done:
            writer.writeheader()
        for seed in SEEDS:
            for network in SPACE:
                row = {"seed": seed, **encoding.encode(network)}
                if tuple(str(value) for value in row.values()) not in done:
                    writer.writerow(row | _trained(network.arch, data, seed))
                    file.flush()


def _trained(arch: ArchConfig, data: PreparedData, seed: int) -> dict[str, object]:
    start = time.perf_counter()
    torch.manual_seed(seed)
    training = Training(build_model(arch, INPUT_SIZE), data, RECIPE, INPUT_SIZE, seed=seed, device=torch.device("cpu"))
    rungs = {}
    while not training.finished:
        epoch = training.run_epoch()
        if training.epochs_done in RUNGS:
            rungs[f"rung_{training.epochs_done}"] = round(training.annealed_score().accuracy, 5)
    cost = count_cost(arch, INPUT_SIZE)
    exact = {"params": cost.params, "flops": cost.flops}
    scores = rungs | {"accuracy": round(epoch.val_accuracy, 5)}
    return exact | scores | {"seconds": round(time.perf_counter() - start, 2)}


def few_digits(folder: Path, image_size: int) -> PreparedData:
    """Handwritten digits, most of them to score on; prepared in the new ``folder``."""
    whole = digits()
    images = [image for split in whole.splits.values() for image in split]
    images.sort(key=lambda image: int(image.where.removeprefix("digits[").removesuffix("]")))
    splits = {"train": tuple(images[:_TRAIN]), "val": tuple(images[_TRAIN:]), "test": tuple(images[:1])}
    made = f"the first {_TRAIN} to train on, the rest to score on"
    dataset = ImageDataset(name="digits", classes=whole.classes, splits=splits, made=made)
    prepare(dataset, folder, image_size=image_size)
    return PreparedData(folder, workers=1, device=torch.device("cpu"))


if __name__ == "__main__":
    main()
