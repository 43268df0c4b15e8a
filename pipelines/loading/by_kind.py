"""Applies one of a few operations to each image of a batch, with one call per operation instead of per image."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

# Images (some, 3, height, width), and an amount for each of them, (some,); shapes stay.
Operation = Callable[[Tensor, Tensor], Tensor]


def apply_by_kind(images: Tensor, kinds: Tensor, amounts: Tensor, operations: Sequence[Operation]) -> Tensor:
    """Applies to each image the operation of its kind.

    Args:
        images: (batch, 3, height, width), not changed.
        kinds: (batch,) int64 on the CPU, an index into ``operations`` for each image.
        amounts: (batch,) on the CPU, an argument of the operation for each image.
        operations: each must treat an image alike, whatever other images are in the same call.

    Returns:
        As ``images``.
    """
    by_kind = kinds.argsort(stable=True)
    places = at_device(torch.stack([by_kind, by_kind.argsort()]), images.device)
    counts = kinds.bincount(minlength=len(operations)).tolist()
    parts = torch.split(images.index_select(0, places[0]), counts)
    theirs = torch.split(at_device(amounts[by_kind], images.device), counts)
    done = [operation(*some) for operation, *some in zip(operations, parts, theirs, strict=True) if len(some[0])]
    return torch.cat(done).index_select(0, places[1])


def pick(draws: Tensor, count: int | Tensor) -> Tensor:
    """Turns uniform draws into whole numbers from 0 to ``count - 1``, all equally likely.

    Args:
        draws: uniform in [0, 1), of any shape.
        count: at least 1; one for all draws or one for each.

    Returns:
        int64 of the shape of ``draws``.
    """
    return (draws * count).long()  # the product of the largest draw, 1 - 2**-24, is never rounded up


def at_device(tensor: Tensor, device: torch.device) -> Tensor:
    """Returns a tensor on the device of the images, without waiting for the GPU's work in progress.

    Args:
        tensor: on the CPU.
        device: of the images.
    """
    return tensor.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else tensor
