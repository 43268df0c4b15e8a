"""One operation for each image of a batch, of a few that there are: a call an operation, not an image."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

# Images (some, 3, height, width), and an amount for each of them, (some,); shapes stay.
Operation = Callable[[Tensor, Tensor], Tensor]


def apply_by_kind(images: Tensor, kinds: Tensor, amounts: Tensor, operations: Sequence[Operation]) -> Tensor:
    """Applies to each image the operation of its kind.

    Args:
        images: (batch, 3, height, width).
        kinds: (batch,) int64 on the CPU, an index into ``operations`` for each image.
        amounts: (batch,) on the CPU, handed to the operation with the image.
        operations: must treat an image alike whatever others they get with it.

    Returns:
        As ``images``, which are left as they are.
    """
    by_kind = kinds.argsort(stable=True)
    places = at_device(torch.stack([by_kind, by_kind.argsort()]), images.device)
    counts = kinds.bincount(minlength=len(operations)).tolist()
    parts = torch.split(images.index_select(0, places[0]), counts)
    theirs = torch.split(at_device(amounts[by_kind], images.device), counts)
    done = [operation(*some) for operation, *some in zip(operations, parts, theirs, strict=True) if len(some[0])]
    return torch.cat(done).index_select(0, places[1])


def pick(draws: Tensor, count: int | Tensor) -> Tensor:
    """A whole number from 0 to ``count - 1`` for each uniform draw in [0, 1), all equally likely: of draws' shape."""
    return (draws * count).long()  # the product of the largest draw, 1 - 2**-24, is never rounded up


def at_device(tensor: Tensor, device: torch.device) -> Tensor:
    """A tensor on the CPU, where the images are; a GPU's work in flight is not waited for."""
    return tensor.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else tensor
