"""A training step on a CPU whose process keeps the memory that it frees, against one whose process gives it back.

    python -m benchmarks.host_memory [--rounds 5]

MobileNet-V2, x1.0 at 96 pixels and x0.35 at 64, batch 64, SGD with momentum, channels_last, one thread. A process
cannot undo this setting, so each turn starts a new process, and the two settings take turns. Needs only torch.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F

from benchmarks.report import save, spread
from pipelines.training.host_memory import keep_freed_memory
from ulsam import ArchConfig, build_model

NETWORKS = {"V2 x1.0, 96 px": (1.0, 96), "V2 x0.35, 64 px": (0.35, 64)}
BATCH, WARM_UP, STEPS = 64, 3, 9


def turn(width: float, size: int, keep: bool) -> dict[str, float]:
    """The median of some steps' seconds and page faults, in this process."""
    torch.set_num_threads(1)
    if keep:
        keep_freed_memory()
    torch.manual_seed(0)
    model = build_model(ArchConfig(backbone="mobilenet_v2", width=width)).to(memory_format=torch.channels_last).train()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, nesterov=True)
    images = torch.randn(BATCH, 3, size, size).contiguous(memory_format=torch.channels_last)
    labels = torch.randint(1000, (BATCH,))
    seconds, faults = [], []
    for _ in range(WARM_UP + STEPS):
        start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()
        seconds.append(time.perf_counter() - start)
        faults.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
    return {
        "seconds": statistics.median(seconds[WARM_UP:]),
        "faults": statistics.median(faults[WARM_UP:]),
        "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "loss": float(loss),
    }


def turn_elsewhere(width: float, size: int, keep: bool) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.host_memory", "--turn", str(width), str(size), str(int(keep))]
    return dict(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))


def compared(width: float, size: int, rounds: int) -> dict[str, Any]:
    turns: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    for _ in range(rounds):
        for keep, taken in turns.items():
            taken.append(turn_elsewhere(width, size, keep))
    pairs = list(zip(turns[False], turns[True], strict=True))
    assert len({one["loss"] for taken in turns.values() for one in taken}) == 1, "both train the same network"
    return {
        "times_as_fast": spread([without["seconds"] / kept["seconds"] for without, kept in pairs]),
        "page_faults_a_step": {
            "given back": spread([without["faults"] for without, _ in pairs]),
            "kept": spread([kept["faults"] for _, kept in pairs]),
        },
        "peak_memory_ratio": spread([kept["mib"] / without["mib"] for without, kept in pairs]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--turn", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.turn:
        width, size, keep = options.turn
        print(json.dumps(turn(float(width), int(size), bool(int(keep)))))
        return
    figures = {name: compared(*network, options.rounds) for name, network in NETWORKS.items()}
    path = Path(__file__).with_name("result.json")
    save(path, {"batch": BATCH, "threads": 1, "networks": figures}, ["torch"])
    print(path.read_text())


if __name__ == "__main__":
    main()
