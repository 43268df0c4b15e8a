"""Do networks differ where they start from trained weights? Accuracy between networks against accuracy between seeds.

    ulsam-search prepare --dataset folder --source PHOTOS --size 96 --out data/grocery-96
    nice -n 19 python -m benchmarks.transfer data/grocery-96 WEIGHTS.safetensors [--part 0 --of 2]
    python -m benchmarks.transfer --analyse

Twenty-four networks (``networks.py``), three seeds each, trained from one file of MobileNet-V2 x1.0 by one recipe on
one thread. Every second test image, from the first on, is for the report; the others are chosen by together with the
validation images. Trainings go into ``trainings.csv``, a row each as it ends; a call goes on where another was
interrupted. ``--part`` and ``--of`` divide the rows among processes.
"""

from pathlib import Path

import torch

from benchmarks.campaign import (
    TRANSFER,
    Rows,
    read_rows,
    run_campaign,
)
from benchmarks.transfer.analysis import analyse
from benchmarks.transfer.networks import variants
from benchmarks.transfer.training import train
from pipelines.loading.data import PreparedData
from pipelines.training.recipe import METHOD

SEEDS = (0, 1, 2)
TRAININGS = Path(__file__).with_name("trainings.csv")
TRAINED_BY = {
    "epochs": TRANSFER.epochs,
    "learning_rate": TRANSFER.learning_rate,
    "clip_norm": TRANSFER.clip_norm,
    "method": METHOD,
}
KEY = ("network", "seed", *TRAINED_BY)
COLUMNS = (*KEY, "input_size", "params", "flops", "val", "choose", "report", "train_loss", "seconds")
ROWS = Rows(path=TRAININGS, key=KEY, columns=COLUMNS)


def analyse_rows() -> None:
    """Writes ``result.json`` from the rows of this recipe."""
    rows = [row for row in read_rows(TRAININGS) if all(row[name] == str(value) for name, value in TRAINED_BY.items())]
    analyse(rows, Path(__file__).with_name("result.json"))


def train_all(data: PreparedData, trained: dict[str, torch.Tensor], part: int, of: int) -> None:
    """Trains what is not in ``trainings.csv`` yet: every network with the first seed, then with the next."""
    rows = [(variant, seed) for seed in SEEDS for variant in variants(data.num_classes)]
    for variant, seed in rows[part::of]:
        key = (variant.name, seed, *TRAINED_BY.values())
        if ROWS.lacks(key):
            ROWS.keep(key, train(variant, TRANSFER, seed, data, trained))


if __name__ == "__main__":
    run_campaign(train_all, analyse_rows)
