"""Where the time of a training step goes, and how much of the device's peak it uses.

    python -m benchmarks.step_profile [--device cuda [--eager]] [--threads 1] [--size 64] [--batch 128]

Steps of the real loop on resident images: views, forward, backward, optimiser. The profiler's own time of every
operator is added up by what it is for. The peak is what one large matrix product reaches in the same run and
precision; a step's work is three times that of a forward pass, two operations a multiply-add.
"""

import argparse
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from torch.profiler import ProfilerActivity, profile

from benchmarks.report import save, spread
from pipelines.datasets.images import ImageDataset, LabelledImage
from pipelines.loading.data import PreparedData
from pipelines.measuring.clock import threads, wait
from pipelines.split import SPLITS
from pipelines.storage.prepare import prepare
from pipelines.training.loop import Training
from pipelines.training.recipe import Recipe
from spaces import Candidate
from ulsam import ArchConfig, Placement, build_model, count_cost

STEPS, ROUNDS, CLASSES = 8, 5, 100
ARCHS = {
    "mobilenet_v2 x0.35": ArchConfig(backbone="mobilenet_v2", width=0.35, num_classes=CLASSES),
    "mobilenet_v2 x1.0": ArchConfig(backbone="mobilenet_v2", num_classes=CLASSES),
    "mobilenet_v2 x1.0, four ULSAM": ArchConfig(
        backbone="mobilenet_v2",
        num_classes=CLASSES,
        placements=tuple(Placement(block=block, mode="substitute", groups=4) for block in (12, 13, 15, 16)),
    ),
}
# What an operator is for, by a part of its name; the first that fits.
PURPOSES = {
    "convolution": ("conv", "mkldnn", "cudnn_conv", "gemm", "addmm", "mm"),
    "norms": ("batch_norm", "bn_"),
    "input": ("grid_sample", "affine_grid", "index_select", "_to_copy", "grid_sampler"),
    "optimiser": ("_foreach", "sgd", "fused"),
    "activations": ("hardtanh", "relu", "clamp"),
    "attention": ("softmax", "max_pool"),
}


def purpose(name: str) -> str:
    """What an operator is for."""
    return next((what for what, parts in PURPOSES.items() if any(part in name.lower() for part in parts)), "other")


def few_images(folder: Path, size: int, count: int) -> None:
    """Noise, prepared in the new ``folder``."""
    rng = np.random.default_rng(0)
    images = tuple(
        LabelledImage(where=str(n), label=n % CLASSES, pixels=rng.integers(0, 256, (size, size, 3), dtype=np.uint8))
        for n in range(count)
    )
    names = tuple(str(label) for label in range(CLASSES))
    splits = {split: images if split == "train" else images[:1] for split in SPLITS}
    prepare(ImageDataset(name="noise", classes=names, splits=splits, made="noise"), folder, image_size=size)


def peak(device: torch.device) -> float:
    """Operations a second of a large matrix product."""
    n = 8192 if device.type == "cuda" else 2048
    dtype = torch.bfloat16 if device.type == "cuda" else torch.float32
    one, other = torch.randn(n, n, device=device, dtype=dtype), torch.randn(n, n, device=device, dtype=dtype)
    taken = []
    for _ in range(6):
        wait(device)
        start = time.perf_counter()
        torch.mm(one, other)
        wait(device)
        taken.append(time.perf_counter() - start)
    return 2 * n**3 / min(taken)


def look(
    network: Candidate, data: PreparedData, recipe: Recipe, device: torch.device, best: float, *, eager: bool
) -> dict[str, object]:
    """Seconds of a step, its share of the peak, and the share of each purpose in it; ``eager``: without CUDA graphs."""
    arch, size = network.arch, network.input_size
    training = Training(build_model(arch, size), data, recipe, size, seed=0, device=device, compiling="never")
    if eager:
        training._captured = None
    training._train_epoch(lambda step: 1e-4)
    seconds = []
    for _ in range(ROUNDS):
        wait(device)
        start = time.perf_counter()
        training._train_epoch(lambda step: 1e-4)
        wait(device)
        seconds.append((time.perf_counter() - start) / STEPS)
    kinds = [ProfilerActivity.CPU, *([ProfilerActivity.CUDA] if device.type == "cuda" else [])]
    with profile(activities=kinds) as profiler:
        training._train_epoch(lambda step: 1e-4)
        wait(device)
    compute_used: defaultdict[str, float] = defaultdict(float)
    for event in profiler.key_averages():
        own = event.self_device_time_total if device.type == "cuda" else event.self_cpu_time_total
        compute_used[purpose(event.key)] += own
    whole = sum(compute_used.values())
    work = 3 * 2 * count_cost(arch, size).flops * recipe.batch_size
    return {
        "milliseconds_a_step": spread([1e3 * each for each in seconds]),
        "images_per_second": spread([recipe.batch_size / each for each in seconds]),
        "percent_of_the_peak": spread([100 * work / each / best for each in seconds]),
        "percent_of_the_time": {
            what: round(100 * own / whole, 1) for what, own in sorted(compute_used.items(), key=lambda item: -item[1])
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--eager", action="store_true", help="on a GPU, without CUDA graphs")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--batch", type=int, default=128)
    options = parser.parse_args()
    device = torch.device(options.device)
    recipe = Recipe(epochs=10**6, batch_size=options.batch, recalibration_batches=0)
    with TemporaryDirectory() as name, threads(options.threads):
        few_images(Path(name, "data"), options.size, STEPS * options.batch)
        data = PreparedData(Path(name, "data"), workers=options.threads, device=device, reader="resident")
        best = peak(device)
        found = {
            name: look(
                Candidate(arch=arch, input_size=options.size), data, replace(recipe), device, best, eager=options.eager
            )
            for name, arch in ARCHS.items()
        }
    where = f"cuda ({torch.cuda.get_device_name()})" if device.type == "cuda" else f"cpu, {options.threads} threads"
    figures = {
        "device": where,
        "pixels": options.size,
        "batch": options.batch,
        "peak_operations_per_second": best,
        "networks": found,
    }
    path = Path(__file__).with_name(f"result-{options.device}{'-eager' if options.eager else ''}.json")
    save(path, figures, ["torch"])
    print(path.read_text())


if __name__ == "__main__":
    main()
