"""Is ULSAM better than other light attention, than the plain block, and than leaving the block out?

    ulsam-search prepare --dataset folder --source PHOTOS --size 96 --out data/grocery-96
    nice -n 19 python -m benchmarks.mechanisms data/grocery-96 WEIGHTS.safetensors [--part 0 --of 2]
    python -m benchmarks.mechanisms --analyse

MobileNet-V2 x1.0 at 96 pixels, from one file of trained weights, on one thread. Each of six mechanisms takes the place
of blocks 12 and 13 (maps of 6x6), or follows them; beside them the network as it is, and without the blocks. A seed
sets the weights, the data order and the views, so networks of one seed are pairs. Rows go into ``trainings.csv``, each
as it ends, all networks of a seed before the next; a call goes on where another was interrupted.
"""

from collections.abc import Sequence
from math import sqrt
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from scipy.stats import t as student
from torch import Tensor

from benchmarks.campaign import SHORT, Rows, mean_and_error, read_rows, run_campaign
from benchmarks.report import save
from benchmarks.transfer.networks import Variant
from benchmarks.transfer.training import train
from pipelines.loading.data import PreparedData
from pipelines.training.recipe import METHOD
from spaces import Candidate
from ulsam import ArchConfig, Placement
from ulsam.arch import MODES, Mechanism, Mode

BLOCKS, SIZE, GROUPS, SEEDS = (12, 13), 96, 4, range(8)
MECHANISMS: tuple[Mechanism, ...] = ("ulsam", "eca", "simam", "coordinate", "global_context", "squeeze_excite")
KEPT, REMOVED = "kept", "removed"
KEY = ("network", "seed", "epochs", "rate", "method")
ROWS = Rows(
    path=Path(__file__).with_name("trainings.csv"),
    key=KEY,
    columns=(*KEY, "params", "flops", "val", "test", "train_loss", "seconds"),
)


def networks(num_classes: int, modes: Sequence[Mode]) -> list[Variant]:
    """The network as it is, without the blocks, and with each mechanism in each of ``modes``."""
    found = [_variant(KEPT, num_classes), _variant(REMOVED, num_classes, removed=BLOCKS)]
    for mode in modes:
        for mechanism in MECHANISMS:
            groups = GROUPS if mechanism == "ulsam" else 1
            placements = tuple(
                Placement(block=block, mode=mode, groups=groups, attention=mechanism) for block in BLOCKS
            )
            found.append(_variant(f"{mode} {mechanism}", num_classes, placements=placements))
    return found


def train_all(data: PreparedData, trained: dict[str, Tensor], part: int, of: int) -> None:
    """Trains what ``trainings.csv`` does not have yet: substitutions of all seeds, then insertions."""
    rows = [
        (variant, seed)
        for modes in (("substitute",), MODES)
        for seed in SEEDS
        for variant in networks(data.num_classes, modes)
    ]
    for variant, seed in rows[part::of]:
        key = (variant.name, seed, SHORT.epochs, SHORT.learning_rate, METHOD)
        if ROWS.lacks(key):
            ROWS.keep(key, train(variant, SHORT, seed, data, trained))


def analyse() -> None:
    """Writes the accuracy of each network, and its differences by seed from three others, to ``result.json``."""
    found: dict[str, dict[int, float]] = {}
    for row in read_rows(ROWS.path):
        if row["method"] == str(METHOD):
            found.setdefault(row["network"], {})[int(row["seed"])] = 100 * float(row["test"])
    figures = {name: _figures(found, name) for name in found}
    save(Path(__file__).with_name("result.json"), {"networks": figures}, ["torch"])
    for name, one in figures.items():
        print(f"{name:<28}", one)


def _figures(found: dict[str, dict[int, float]], name: str) -> dict[str, Any]:
    """Points on the test split: a network's mean, and how much it gains over others with the same seeds."""
    own = found[name]
    mode = name.partition(" ")[0]
    figures: dict[str, Any] = {
        "n": len(own),
        "accuracy": mean(own.values()),
        "deviation": stdev(own.values()) if len(own) > 1 else None,
    }
    for other in (KEPT, REMOVED, f"{mode} ulsam"):
        gains = [own[seed] - found[other][seed] for seed in own.keys() & found.get(other, {}).keys()]
        if other != name and len(gains) > 1:
            gain, error = mean_and_error(gains)
            figures[f"over {other}"] = {"n": len(gains), "gain": gain, "error": error, "shown": _least(gains)}
    return figures


def _least(gains: Sequence[float]) -> float:
    """About the smallest true gain that a two-sided t test at 5% shows with a probability of 80%."""
    freedom = len(gains) - 1
    factor = float(student.ppf(0.975, freedom) + student.ppf(0.8, freedom))
    return factor * stdev(gains) / sqrt(len(gains))


def _variant(
    name: str, num_classes: int, *, placements: tuple[Placement, ...] = (), removed: tuple[int, ...] = ()
) -> Variant:
    arch = ArchConfig(backbone="mobilenet_v2", num_classes=num_classes, placements=placements, removed=removed)
    return Variant(name=name, candidate=Candidate(arch=arch, input_size=SIZE))


if __name__ == "__main__":
    run_campaign(train_all, analyse)
