"""Does ULSAM in the place of a trained block need a gentle start?

    nice -n 19 python -m benchmarks.transfer.starts data/grocery-96 WEIGHTS.safetensors [--part 0 --of 2]
    python -m benchmarks.transfer.starts --analyse

A softmax over n positions is near 1 / n, so on large maps fresh ULSAM, F * A + F, is near to leaving the block out; on
the small maps here it is not. ``moved`` is the distance of the features of the last layer but one, before the first
step, from those without the blocks, relative to their norm; then the distance from those of the whole network. Two
remedies against a broken start are tried: a gate at zero before the attention maps (Bachlechner et al., "ReZero is All
You Need", https://arxiv.org/abs/2003.04887), and one epoch of the six for the new parts alone. A third, to recount the
statistics of the norms first, cannot help: training normalises by each batch, and the recipe recounts them at its end.
The control leaves the blocks out. Networks at 64 pixels, to be quick, by the recipe ``transfer`` of 6 epochs; rows go
into ``starts.csv``, each as it ends.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from benchmarks.campaign import (
    SHORT,
    Rows,
    mean_and_spread,
    read_rows,
    run_campaign,
    train_and_score,
)
from benchmarks.transfer.networks import Variant, by_ulsam, plain, without
from pipelines.loading.data import PreparedData
from pipelines.training.recipe import METHOD, Recipe
from ulsam import ULSAM, MobileNet, build_model
from ulsam.inheritance import inherit

SEEDS = (0, 1, 2)
SIZE = 64  # pixels
GROUPS = ("C", "BCD")  # of blocks, see networks.py
ROWS = Rows(
    path=Path(__file__).with_name("starts.csv"),
    key=("start", "groups", "seed", "clip_norm", "method"),
    columns=("start", "groups", "seed", "clip_norm", "method", "moved", "accuracy", "train_loss"),
)


class GatedULSAM(ULSAM):
    """ULSAM whose attention maps are multiplied by a learnt gate, zero at first."""

    def __init__(self, channels: int, groups: int) -> None:
        super().__init__(channels, groups)
        self.gate = nn.Parameter(torch.zeros(1))

    def attention(self, x: Tensor) -> Tensor:
        return self.gate * super().attention(x)


class Start:
    """A network before its first step, and what it is then trained by."""

    def __init__(self, variant: Variant, seed: int, data: PreparedData, trained: dict[str, Tensor]) -> None:
        torch.manual_seed(seed)
        self.seed, self.data = seed, data
        self.model = build_model(variant.candidate.arch, SIZE)
        self.fresh = inherit(self.model, trained).fresh_tensors or ()

    def train(self, recipe: Recipe = SHORT) -> dict[str, object]:
        return train_and_score(self.model, self.data, recipe, SIZE, self.seed)

    def as_it_is(self) -> dict[str, object]:
        return self.train()

    def gate(self) -> dict[str, object]:
        for module in list(self.model.modules()):
            for name, child in module.named_children():
                if isinstance(child, ULSAM):
                    setattr(module, name, GatedULSAM(child.channels, child.groups))
        return self.train()

    def new_parts_first(self) -> dict[str, object]:
        for name, parameter in self.model.named_parameters():
            parameter.requires_grad_(name in self.fresh)
        self.train(replace(SHORT, epochs=1, warmup_epochs=0))
        self.model.requires_grad_(True)
        return self.train(replace(SHORT, epochs=SHORT.epochs - 1))


STARTS: dict[str, Callable[[Start], dict[str, object]]] = {
    "blocks left out": Start.as_it_is,
    "as it is": Start.as_it_is,
    "gate at zero": Start.gate,
    "new parts first": Start.new_parts_first,
}


def train_all(data: PreparedData, trained: dict[str, Tensor], part: int, of: int) -> None:
    """Trains what is not in ``starts.csv`` yet, a seed after the other."""
    rows = [(start, groups, seed) for seed in SEEDS for groups in GROUPS for start in STARTS]
    for start, groups, seed in rows[part::of]:
        key = (start, groups, seed, SHORT.clip_norm, METHOD)
        if not ROWS.lacks(key):
            continue
        control = without(SIZE, groups, data.num_classes)
        variant = control if start == "blocks left out" else by_ulsam(SIZE, groups, data.num_classes)
        begun = Start(variant, seed, data, trained)
        moved = ""
        if STARTS[start] is Start.as_it_is:  # the remedies begin from other features, or train before they are seen
            others = [Start(other, seed, data, trained) for other in (control, plain(SIZE, data.num_classes))]
            moved = "; ".join(f"{distance(begun.model, other.model, data):.3f}" for other in others)
        ROWS.keep(key, STARTS[start](begun) | {"moved": moved})


@torch.no_grad()
def distance(model: MobileNet, other: MobileNet, data: PreparedData) -> float:
    """How far the features of ``model`` are from those of ``other``, relative to the norm of these."""
    with data.evaluation_batches("val", SIZE) as batches:
        images = torch.cat([images for images, _ in batches]).contiguous(memory_format=torch.channels_last)
    own, theirs = (features(each.eval(), images) for each in (model, other))
    return float((own - theirs).norm() / theirs.norm())


def features(model: MobileNet, images: Tensor) -> Tensor:
    """What the classifier is given, (images, features)."""
    found: list[Tensor] = []
    hook = model.classifier.register_forward_pre_hook(lambda _, given: found.append(given[0]))
    model(images)
    hook.remove()
    return found[0]


def analyse() -> None:
    """Percent of validation and test images, by blocks and start: mean, deviation between seeds and their number."""
    rows = [row for row in read_rows(ROWS.path) if float(row["clip_norm"]) == SHORT.clip_norm]
    for groups in GROUPS:
        for start in STARTS:
            own = [row for row in rows if (row["start"], row["groups"]) == (start, groups)]
            moved = own[0]["moved"] if own else ""
            values = [100 * float(row["accuracy"]) for row in own]
            print(f"{groups:<4} {start:<22} {mean_and_spread(values):<20} moved {moved}")


if __name__ == "__main__":
    run_campaign(train_all, analyse)
