"""A training step of MobileNet-V2 with ULSAM at four blocks, against the plain network.

    python -m benchmarks.training_step [--device cuda] [--threads 2] [--batch 16]

Blocks 12, 13, 15 and 16 with g = 4, inserted after them and substituted for them as in the publication; 224
pixels, SGD with momentum, channels_last; on a GPU in bfloat16. All take turns. Needs torch alone.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F

from benchmarks.report import save, spread
from benchmarks.turns import ratios, take_turns
from ulsam import ArchConfig, Placement, build_model
from ulsam.arch import MODES, Mode

PLACES, GROUPS, ROUNDS, SECONDS = (12, 13, 15, 16), 4, 9, 0.5


def arch(mode: Mode | None) -> ArchConfig:
    blocks = PLACES if mode is not None else ()
    placements = tuple(Placement(block=block, mode=mode or "insert", groups=GROUPS) for block in blocks)
    return ArchConfig(backbone="mobilenet_v2", placements=placements)


def step(mode: Mode | None, batch: int, device: torch.device) -> Callable[[], None]:
    """A step on the same batch again and again."""
    torch.manual_seed(0)
    model = build_model(arch(mode)).to(device=device, memory_format=torch.channels_last).train()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, nesterov=True)
    images = torch.randn(batch, 3, 224, 224, device=device).contiguous(memory_format=torch.channels_last)
    labels = torch.randint(1000, (batch,), device=device)

    def run() -> None:
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=device.type == "cuda"):
            logits = model(images)
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(logits.float(), labels).backward()
        optimizer.step()

    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--batch", type=int, default=16)
    options = parser.parse_args()
    device = torch.device(options.device)
    torch.set_num_threads(options.threads)
    rivals = {mode or "plain": step(mode, options.batch, device) for mode in (None, *MODES)}
    taken = take_turns(rivals, ROUNDS, SECONDS, device)
    overheads = {
        mode: spread([100 * (ratio - 1) for ratio in ratios(taken, over=mode, under="plain")]) for mode in MODES
    }
    where = f"cuda ({torch.cuda.get_device_name()})" if device.type == "cuda" else f"cpu, {options.threads} threads"
    figures = {"device": where, "batch": options.batch, "percent_more_than_the_plain_network": overheads}
    path = Path(__file__).with_name(f"result-{options.device}.json")
    save(path, figures, ["torch"])
    print(path.read_text())


if __name__ == "__main__":
    main()
