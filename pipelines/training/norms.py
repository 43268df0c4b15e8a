"""The statistics of batch norms, counted again before a score that decides.

Running averages lag behind the changing weights and come from crops; these statistics come from images as they are
scored. Wu and Johnson, "Rethinking 'Batch' in BatchNorm", 2021, section 3, https://arxiv.org/abs/2105.07576
"""

from collections.abc import Collection, Iterable

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from pipelines.training.precision import precision

_OWN = ("weight", "bias", "running_mean", "running_var")


def trained_norms(model: nn.Module, fresh: Collection[str]) -> list[nn.Module]:
    """Returns the batch norms with trained weights and trained statistics.

    Args:
        model: the network.
        fresh: the names of the parameters and statistics without trained values.
    """
    return [
        module
        for name, module in model.named_modules()
        if isinstance(module, _BatchNorm) and not any(f"{name}.{own}" in fresh for own in _OWN)
    ]


@torch.no_grad()
def recalibrate(
    model: nn.Module, batches: Iterable[Tensor], device: torch.device, *, frozen: Collection[nn.Module] = ()
) -> None:
    """Sets the mean and variance of each batch norm to their average over batches, in place.

    Args:
        model: the network; it is in evaluation mode afterwards.
        batches: images, each (images, 3, size, size), on ``device``.
        device: where the network is.
        frozen: the norms that keep their statistics.
    """
    norms = [module for module in model.modules() if isinstance(module, _BatchNorm) and module not in frozen]
    momenta = [norm.momentum for norm in norms]
    model.eval()
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # a plain average
        norm.train()
    for images in batches:
        with precision(device):
            model(images.contiguous(memory_format=torch.channels_last))
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
        norm.eval()
