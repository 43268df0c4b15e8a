"""Mixup and CutMix, torchvision's: pairs of images mixed, and their labels with them."""

import torch
from torch import Tensor

from pipelines.training.recipe import Recipe


def mix(
    images: Tensor, labels: Tensor, recipe: Recipe, num_classes: int, seed: tuple[int, ...]
) -> tuple[Tensor, Tensor]:
    """Mixes a batch by mixup or CutMix.

    Args:
        images: (batch, 3, size, size).
        labels: (batch,) int64.
        recipe: its ``mixup`` and ``cutmix``.
        num_classes: of the labels.
        seed: the same seed gives the same mix, whatever the state of torch's generator.

    Returns:
        The images, and (batch, num_classes) shares of each class; both unchanged if the recipe does not mix.
    """
    if not recipe.mixup and not recipe.cutmix:
        return images, labels
    from torchvision.transforms import v2  # here, as recipes that do not mix need torch alone

    ways = [v2.MixUp(alpha=recipe.mixup, num_classes=num_classes)] if recipe.mixup else []
    ways += [v2.CutMix(alpha=recipe.cutmix, num_classes=num_classes)] if recipe.cutmix else []
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(hash(seed))  # a GPU's own is dropout's
        mixed: tuple[Tensor, Tensor] = v2.RandomChoice(ways)(images, labels)
    return mixed
