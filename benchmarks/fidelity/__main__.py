"""Do cheap scores rank networks right? Kendall's tau of each against the accuracy after the whole training.

    python -m benchmarks.fidelity [--analyse]

30 networks of both backbones with ULSAM, spread over their FLOPs, three seeds each, on handwritten digits (640 to
train on, 1,157 to score on), 27 epochs. After 1, 3 and 9 of them each training is scored twice: as it stands, at
the rate it has there (the truncated schedule that others use), and annealed to zero within one more epoch with norms
recalibrated. Each score is compared with the mean final accuracy of the *other* seeds, so that the two have no chance
effects in common. Trainings go into ``trainings.csv``, which goes on where it was interrupted; --analyse only reads it.
"""

import argparse
import csv
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import kendalltau

from benchmarks.report import save
from benchmarks.search_quality.train_table import few_digits
from pipelines.loading.data import PreparedData
from pipelines.training.loop import Training
from pipelines.training.recipe import Recipe
from spaces import SearchSpace
from ulsam import ArchConfig, build_model, count_cost

RUNGS, SEEDS, NETWORKS, RESAMPLES = (1, 3, 9), (0, 1, 2), 30, 1000
INPUT_SIZE = 16  # pixels
RECIPE = Recipe(epochs=27, batch_size=32, learning_rate=0.05, flip=False, min_crop=0.8)
SPACE = SearchSpace(
    backbones=("mobilenet_v1", "mobilenet_v2"),
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
TRAININGS = Path(__file__).with_name("trainings.csv")
SCORES = [f"{way}_{rung}" for rung in RUNGS for way in ("truncated", "annealed")]
COLUMNS = ["arch_id", "seed", "params", "flops", *SCORES, "final"]

Floats = NDArray[np.float64]


def networks() -> list[ArchConfig]:
    """Spread evenly over the FLOPs of the space, drawn once."""
    archs = sorted((network.arch for network in SPACE), key=lambda arch: count_cost(arch, INPUT_SIZE).flops)
    rng = np.random.default_rng(0)
    return [archs[rng.integers(part[0], part[-1] + 1)] for part in np.array_split(np.arange(len(archs)), NETWORKS)]


def trained(arch: ArchConfig, data: PreparedData, seed: int) -> dict[str, object]:
    """All scores of one training."""
    torch.manual_seed(seed)
    training = Training(build_model(arch, INPUT_SIZE), data, RECIPE, INPUT_SIZE, seed=seed, device=torch.device("cpu"))
    scores = {}
    while not training.finished:
        epoch = training.run_epoch()
        if epoch.number in RUNGS:
            scores[f"truncated_{epoch.number}"] = round(epoch.val_accuracy, 5)
            scores[f"annealed_{epoch.number}"] = round(training.annealed_score().accuracy, 5)
    cost = count_cost(arch, INPUT_SIZE)
    exact = {"arch_id": arch.arch_id, "seed": seed, "params": cost.params, "flops": cost.flops}
    return exact | scores | {"final": round(epoch.val_accuracy, 5)}


def train_all() -> None:
    torch.set_num_threads(1)
    done = set()
    if TRAININGS.exists():
        with TRAININGS.open(newline="") as file:
            done = {(row["arch_id"], row["seed"]) for row in csv.DictReader(file)}
    with TemporaryDirectory() as folder, TRAININGS.open("a", newline="") as file:
        data = few_digits(Path(folder, "digits"), INPUT_SIZE)
        writer = csv.DictWriter(file, COLUMNS)
        if not done:
            writer.writeheader()
        for seed in SEEDS:
            for arch in networks():
                if (arch.arch_id, str(seed)) not in done:
                    writer.writerow(trained(arch, data, seed))
                    file.flush()


def read() -> dict[str, Floats]:
    """Each column as (networks, seeds)."""
    with TRAININGS.open(newline="") as file:
        rows = list(csv.DictReader(file))
    ids = sorted({row["arch_id"] for row in rows})
    by_key = {(row["arch_id"], int(row["seed"])): row for row in rows}
    whole = [arch_id for arch_id in ids if all((arch_id, seed) in by_key for seed in SEEDS)]
    return {
        name: np.array([[float(by_key[arch_id, seed][name]) for seed in SEEDS] for arch_id in whole])
        for name in COLUMNS[2:]
    }


def agreement(score: Floats, final: Floats) -> float:
    """Kendall's tau-b of each seed's scores with the mean final accuracy of the other seeds, the mean over seeds."""
    others = [np.delete(final, seed, axis=1).mean(axis=1) for seed in range(final.shape[1])]
    return float(np.mean([kendalltau(score[:, seed], other).statistic for seed, other in enumerate(others)]))


def with_interval(score: Floats, final: Floats) -> dict[str, float]:
    """The agreement and its 95 % interval over networks drawn again with replacement."""
    rng = np.random.default_rng(0)
    drawn = [rng.integers(0, len(final), len(final)) for _ in range(RESAMPLES)]
    taus = [agreement(score[rows], final[rows]) for rows in drawn]
    low, high = np.nanquantile(taus, [0.025, 0.975])
    return {"tau": agreement(score, final), "low": float(low), "high": float(high)}


def analyse() -> None:
    table = read()
    final = table["final"]
    figures = {name: with_interval(table[name], final) for name in ("params", "flops", *SCORES)}
    figures["the same training with another seed"] = with_interval(final, final)
    path = Path(__file__).with_name("result.json")
    save(
        path,
        {
            "networks": len(final),
            "seeds": len(SEEDS),
            "final_accuracy": {"lowest": float(final.mean(1).min()), "highest": float(final.mean(1).max())},
            "seed_deviation": float(np.sqrt(final.var(axis=1, ddof=1).mean())),
            "kendall_tau_with_95_percent_interval": figures,
        },
        ["torch", "scipy"],
    )
    print(path.read_text())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--analyse", action="store_true", help="read the trainings there are, train none")
    if not parser.parse_args().analyse:
        train_all()
    analyse()
