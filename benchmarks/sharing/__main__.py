"""Several trainings that share a GPU, as with ``resources.gpus: 0.5``, against one that has it alone.

    python -m benchmarks.sharing [--at-once 1 2 4 8] [--size 64] [--batch 128]

Each training is a process of its own, as a worker is: the real loop on resident images, small networks and large ones.
In each round, all trainings of a group begin an epoch together, and the time runs until the last one ends it. The
groups take turns.
"""

import argparse
import multiprocessing
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from benchmarks.report import save, spread
from benchmarks.sharing.sharer import train
from benchmarks.step_profile.__main__ import few_images
from pipelines.training.recipe import Recipe
from spaces import Candidate
from ulsam import ArchConfig

STEPS, ROUNDS, CLASSES = 64, 7, 100
WIDTHS = (0.35, 1.0)


def epoch(workers: Sequence[Connection]) -> float:
    """Seconds until all of ``workers`` have done one."""
    start = time.perf_counter()
    for worker in workers:
        worker.send(True)
    for worker in workers:
        worker.recv()
    return time.perf_counter() - start


def measure(network: Candidate, at_once: Sequence[int], folder: Path, recipe: Recipe) -> dict[str, object]:
    """Images a second of all trainings together, by how many there are."""
    processes = multiprocessing.get_context("spawn")
    workers = []
    for _ in range(max(at_once)):
        ours, theirs = processes.Pipe()
        processes.Process(target=train, args=(network, folder, recipe, theirs), daemon=True).start()
        theirs.close()
        workers.append(ours)
    epoch(workers)  # warms up
    rates: dict[int, list[float]] = {number: [] for number in at_once}
    for _ in range(ROUNDS):
        for number in at_once:
            rates[number].append(number * STEPS * recipe.batch_size / epoch(workers[:number]))
    for worker in workers:
        worker.close()
    alone = rates[min(at_once)]
    return {
        str(number): {
            "images_per_second": spread(rate),
            "times_as_many_as_one": spread([each / one for each, one in zip(rate, alone, strict=True)]),
        }
        for number, rate in rates.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--at-once", type=int, nargs="+", default=[1, 2, 4, 8])
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--batch", type=int, default=128)
    options = parser.parse_args()
    recipe = Recipe(epochs=10**6, batch_size=options.batch, recalibration_batches=0)
    with TemporaryDirectory() as name:
        few_images(Path(name, "data"), options.size, STEPS * options.batch)
        found = {
            arch.arch_id: measure(
                Candidate(arch=arch, input_size=options.size), options.at_once, Path(name, "data"), recipe
            )
            for arch in (ArchConfig(backbone="mobilenet_v2", width=width, num_classes=CLASSES) for width in WIDTHS)
        }
    figures = {"device": torch.cuda.get_device_name(), "pixels": options.size, "batch": options.batch, **found}
    path = Path(__file__).with_name("result-cuda.json")
    save(path, figures, ["torch"])
    print(path.read_text())


if __name__ == "__main__":
    main()
