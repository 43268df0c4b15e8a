"""One training of a network that starts from trained weights, as a row of a campaign."""

import time

import torch

from benchmarks.campaign import CPU
from benchmarks.transfer.networks import Variant
from pipelines.loading.data import PreparedData
from pipelines.split import Split
from pipelines.training.loop import Training
from pipelines.training.recipe import Recipe
from ulsam import build_model, count_cost
from ulsam.cutting import cut_for
from ulsam.inheritance import inherit


def train(
    variant: Variant,
    recipe: Recipe,
    seed: int,
    data: PreparedData,
    trained: dict[str, torch.Tensor],
    rung: int | None = None,
) -> dict[str, object]:
    """One row, but for its key.

    Args:
        variant: the network.
        recipe: how to train it.
        seed: of the training.
        data: the photographs.
        trained: what the network inherits from, of width 1.0 and by torchvision's names; cut for narrower networks.
        rung: the epoch after which the row's ``rung`` has the accuracy on the images to choose by.
    """
    start = time.perf_counter()
    arch, size = variant.candidate.arch, variant.candidate.input_size
    torch.manual_seed(seed)
    model = build_model(arch, size)
    fresh = inherit(model, cut_for(arch, trained, 1.0 if arch.width < 1 else None)).fresh_tensors
    training = Training(model, data, recipe, size, seed=seed, device=CPU, fresh=fresh)
    at_rung: object = ""
    while not training.finished:
        epoch = training.run_epoch()
        if training.epochs_done == rung:
            at_rung = _share(_choosing(*(correct(training, data, split, size) for split in ("val", "test"))))
    val, test = correct(training, data, "val", size), correct(training, data, "test", size)
    cost = count_cost(arch, size)
    return {
        "input_size": size,
        "params": cost.params,
        "flops": cost.flops,
        "val": _share(val),
        "choose": _share(_choosing(val, test)),
        "report": _share(test[::2]),
        "test": _share(test),
        "rung": at_rung,
        "train_loss": round(epoch.train_loss, 4),
        "seconds": round(time.perf_counter() - start, 1),
    }


@torch.no_grad()
def correct(training: Training, data: PreparedData, split: Split, size: int) -> torch.Tensor:
    """Whether the network names each image of a split, in file order: (images,) booleans."""
    training.model.eval()
    with data.evaluation_batches(split, size) as batches:
        return torch.cat([training.model(images).argmax(dim=1) == labels for images, labels in batches])


def _choosing(val: torch.Tensor, test: torch.Tensor) -> torch.Tensor:
    """The images that networks are chosen by: validation, and every second test image from the second on."""
    return torch.cat([val, test[1::2]])


def _share(right: torch.Tensor) -> float:
    return round(float(right.float().mean()), 5)
