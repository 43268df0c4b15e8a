"""ULSAM against its authors' loop over the subspaces, and against copying the feature map once.

    python -m benchmarks.attention [--device cuda] [--threads 2] [--no-compile]

Over 512 channels and 14x14 positions, as in the publication's table: forward in evaluation, forward and backward in
training, g = 1, 4, 8 and 16, both memory formats, batches of 1 and 64, eager and compiled. Both get the same
weights, take turns, and first have to agree. Needs torch alone.
"""

import argparse
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from benchmarks.attention.looped import LoopedULSAM
from benchmarks.report import save, spread
from benchmarks.turns import ratios, take_turns
from ulsam import ULSAM

CHANNELS, SIZE, ROUNDS, SECONDS = 512, 14, 7, 0.05
GROUPS, BATCHES = (1, 4, 8, 16), (1, 64)
FORMATS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}
PASSES = ("forward", "forward and backward")


def pair(groups: int) -> tuple[ULSAM, LoopedULSAM]:
    """Both modules with the same weights."""
    ours, loop = ULSAM(CHANNELS, groups), LoopedULSAM(CHANNELS, groups)
    share = CHANNELS // groups
    for number, subspace in enumerate(loop.subspaces):
        for name, module in subspace.named_children():
            rows = slice(number * share, (number + 1) * share) if "depthwise" in name else slice(number, number + 1)
            source = getattr(ours, name).state_dict()
            module.load_state_dict({key: value[rows] if value.ndim else value for key, value in source.items()})
    return ours, loop


def call(forward: Callable[[Tensor], Tensor], x: Tensor, *, backward: bool) -> Callable[[], object]:
    """One call to be timed."""
    gradient = torch.randn_like(x)

    def infer() -> Tensor:
        with torch.no_grad():
            return forward(x)

    def train() -> None:
        x.grad = None  # as in training, where nobody adds to an old one
        forward(x).backward(gradient)

    return train if backward else infer


def measure(device: torch.device, *, compiled: bool) -> Iterator[dict[str, Any]]:
    for groups, batch, (layout, memory_format), passes in product(GROUPS, BATCHES, FORMATS.items(), PASSES):
        torch._dynamo.reset()
        torch.manual_seed(0)
        backward = passes == PASSES[1]
        x = torch.randn(batch, CHANNELS, SIZE, SIZE, device=device).contiguous(memory_format=memory_format)
        x.requires_grad_(backward)
        modules: list[nn.Module] = [module.to(device).train(backward) for module in pair(groups)]
        forwards = [torch.compile(module, dynamic=False) if compiled else module for module in modules]
        torch.testing.assert_close(forwards[0](x), forwards[1](x), rtol=1e-4, atol=1e-4)
        ours, loop = (call(forward, x, backward=backward) for forward in forwards)
        copied = x.detach()
        taken = take_turns({"ours": ours, "loop": loop, "copy": copied.clone}, ROUNDS, SECONDS, device)
        row = {
            "g": groups,
            "batch": batch,
            "layout": layout,
            "passes": passes,
            "compiled": compiled,
            "times_as_fast_as_the_loop": spread(ratios(taken, over="loop", under="ours")),
            "times_a_copy_takes": spread(ratios(taken, over="ours", under="copy")),
        }
        print(
            f"g={groups:<2} batch {batch:<2} {layout:13} {passes:20} {'compiled' if compiled else 'eager':8} "
            f"{row['times_as_fast_as_the_loop']['median']:5.2f} times as fast as the loop, "
            f"{row['times_a_copy_takes']['median']:6.1f} copies",
            flush=True,
        )
        yield row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--no-compile", action="store_true")
    options = parser.parse_args()
    device = torch.device(options.device)
    torch.set_num_threads(options.threads)
    rows = list(measure(device, compiled=False))
    rows += [] if options.no_compile else list(measure(device, compiled=True))
    gains = [row["times_as_fast_as_the_loop"]["median"] for row in rows]
    where = f"cuda ({torch.cuda.get_device_name()})" if device.type == "cuda" else f"cpu, {options.threads} threads"
    figures = {"device": where, "slowest_gain": min(gains), "fastest_gain": max(gains), "rows": rows}
    name = "result-cuda.json" if device.type == "cuda" else f"result-cpu-{options.threads}.json"
    save(Path(__file__).with_name(name), figures, ["torch"])
    print(f"{name}: {min(gains):.2f} to {max(gains):.2f} times as fast as the loop, {len(rows)} cases, n = {ROUNDS}")


if __name__ == "__main__":
    main()
