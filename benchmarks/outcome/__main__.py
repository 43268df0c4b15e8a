"""Trains the pool: each network of a space on real photographs, from one file of trained weights, with three seeds.

    nice -n 19 python -m benchmarks.outcome data/grocery-96 WEIGHTS.safetensors [--part 0 --of 2]
    python -m benchmarks.outcome --analyse

Networks, recipe, divided images and file are those of ``benchmarks.transfer``, whose rows with the same key count as
rows of the pool. Other rows go into ``trainings.csv``, each as it ends; a call goes on where another was interrupted.
The networks of a seed come in a random order, so that the networks that are done so far are a fair sample.
"""

from pathlib import Path
from random import Random

import torch

from benchmarks.campaign import SHORT, run_campaign
from benchmarks.outcome.effects import effects
from benchmarks.outcome.pool import baselines, searched
from benchmarks.outcome.rows import ROWS
from benchmarks.outcome.table import read_table
from benchmarks.report import save
from benchmarks.transfer.rows import ROWS as TRANSFER_ROWS
from benchmarks.transfer.rows import trained_by
from benchmarks.transfer.training import train
from pipelines.loading.data import PreparedData

SEEDS = (0, 1, 2)
RUNG = 2  # epochs


def train_all(data: PreparedData, whole: dict[str, torch.Tensor], part: int, of: int) -> None:
    """Trains what neither file of rows has yet, a seed after the other; plain networks first."""
    networks = searched(data.num_classes)
    Random(0).shuffle(networks)
    rows = [(seed, variant) for seed in SEEDS for variant in [*baselines(data.num_classes), *networks]]
    for seed, variant in rows[part::of]:
        key = (variant.name, seed, *trained_by(SHORT))
        if ROWS.lacks(key) and TRANSFER_ROWS.lacks(key):
            ROWS.keep(key, train(variant, SHORT, seed, data, whole, rung=RUNG))


def analyse() -> None:
    """Writes what each choice contributes to ``result-effects.json``, as far as the pool is done."""
    table, lacking = read_table()
    trainings = sum(len(own) for own in table.trainings.values())
    figures = {"trainings": trainings, "networks_without_training": len(lacking), "effects": effects(table)}
    save(Path(__file__).with_name("result-effects.json"), figures, ["torch"])
    print(figures)


if __name__ == "__main__":
    run_campaign(train_all, analyse)
