"""Is the network that a search found better than what a user would have picked, with other seeds and on test images?

    nice -n 19 python -m benchmarks.transfer.taken_home data/grocery-96 WEIGHTS.safetensors [--part 0 --of 2]
    python -m benchmarks.transfer.taken_home --analyse

The search within 40M FLOPs in ``docs/groceries.md`` found a network without blocks 8, 9, 10, 12 and 13, with ULSAM of 2
subspaces for blocks 15 and 16, at 96 pixels. The table compares the network with the best plain network of that search,
with the same network without blocks 15 and 16, and with the network that an earlier search found, which had the RBF
kernel. The recipe of the search trains all of them. Rows go into ``taken_home.csv``, each as it ends. Test images chose
none of them.
"""

from dataclasses import replace
from pathlib import Path

import torch

from benchmarks.campaign import (
    TRANSFER,
    Rows,
    mean_and_error,
    mean_and_spread,
    read_rows,
    run_campaign,
)
from benchmarks.transfer.networks import GROUPS, Variant, plain, without
from benchmarks.transfer.training import train
from pipelines.loading.data import PreparedData
from pipelines.training.recipe import METHOD
from spaces import Candidate
from ulsam import ArchConfig, Placement

SEEDS = (0, 1, 2)
RECIPE = replace(TRANSFER, batch_size=32, learning_rate=0.014)  # what ``init`` wrote
FOUND, PLAIN, CONTROL = "96 without B C ulsam D, g = 2", "80 plain x0.93", "96 without B C D"
EARLIER = "80 without C ulsam D, g = 8"
ROWS = Rows(
    path=Path(__file__).with_name("taken_home.csv"),
    key=("network", "seed", "method"),
    columns=("network", "seed", "method", "input_size", "params", "flops", "val", "test", "train_loss", "seconds"),
)


def networks(num_classes: int) -> list[Variant]:
    """What was found, the plain network, the control, and what the earlier search found."""
    return [
        _with_ulsam(FOUND, 96, "BC", 2, num_classes),
        plain(80, num_classes, 0.93),
        without(96, "BCD", num_classes),
        _with_ulsam(EARLIER, 80, "C", 8, num_classes),
    ]


def _with_ulsam(name: str, size: int, removed: str, subspaces: int, num_classes: int) -> Variant:
    """The network without the blocks of some groups, and with ULSAM for blocks 15 and 16."""
    arch = ArchConfig(
        backbone="mobilenet_v2",
        num_classes=num_classes,
        placements=tuple(Placement(block=block, mode="substitute", groups=subspaces) for block in GROUPS["D"]),
        removed=tuple(block for group in removed for block in GROUPS[group]),
    )
    return Variant(name=name, candidate=Candidate(arch=arch, input_size=size))


def train_all(data: PreparedData, whole: dict[str, torch.Tensor], part: int, of: int) -> None:
    """Trains what is not in ``taken_home.csv`` yet, a seed after the other."""
    rows = [(seed, variant) for seed in SEEDS for variant in networks(data.num_classes)]
    for seed, variant in rows[part::of]:
        key = (variant.name, seed, METHOD)
        if ROWS.lacks(key):
            ROWS.keep(key, train(variant, RECIPE, seed, data, whole))


def analyse() -> None:
    """Test accuracies, and what the network found gains, by equal seeds, with the standard error of the mean."""
    rows = read_rows(ROWS.path)
    test = {(row["network"], int(row["seed"])): 100 * float(row["test"]) for row in rows}
    for name in (FOUND, PLAIN, CONTROL, EARLIER):
        print(f"{name:<28} {mean_and_spread([value for (one, _), value in test.items() if one == name])}")
    for name in (PLAIN, CONTROL, EARLIER):
        gains = [test[FOUND, seed] - test[name, seed] for seed in SEEDS if {(FOUND, seed), (name, seed)} <= test.keys()]
        if len(gains) > 1:
            gain, error = mean_and_error(gains)
            print(f"over {name:<28} {gain:+.1f} ± {error:.1f} (n={len(gains)})")


if __name__ == "__main__":
    run_campaign(train_all, analyse)
