"""Weights of classes in the loss, where classes have unequal numbers of training images."""

from collections.abc import Sequence

import torch
from torch import Tensor

from pipelines.training.recipe import Recipe
from pipelines.training.source import ImageSource


def balanced_weights(counts: Sequence[int]) -> Tensor:
    """Returns the weight of each class in the loss: n / (K n_k), scikit-learn's ``class_weight="balanced"``.

    All K classes with images then have an equal part in the loss of an epoch, and the mean weight of an image is 1.

    Args:
        counts: the number of training images n_k of each class, of n in all; a class without any has the weight 0.

    Returns:
        (classes,) float32.
    """
    images = torch.tensor(counts, dtype=torch.float64)
    there = images > 0
    weights = torch.zeros_like(images)
    weights[there] = images.sum() / (there.sum() * images[there])
    return weights.float()


def class_weights_for(recipe: Recipe, data: ImageSource, device: torch.device) -> Tensor | None:
    """Returns the weights of the classes in the loss of a training, (classes,); None: all images count equally.

    Args:
        recipe: of the training.
        data: with the training images.
        device: of the training.
    """
    return balanced_weights(data.class_counts()).to(device) if recipe.class_weights == "balanced" else None


def weights_of(targets: Tensor, weights: Tensor) -> Tensor:
    """Returns the weight of each image of a batch, (batch,); of a mixed one the mean of its parts.

    Args:
        targets: labels, (batch,), or shares of the classes, (batch, classes).
        weights: of the classes, (classes,).
    """
    return weights[targets] if targets.ndim == 1 else targets @ weights
