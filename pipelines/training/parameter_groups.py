"""How fast each parameter of a network learns, and whether it decays."""

from collections.abc import Collection
from typing import Any

from torch import nn

from pipelines.training.recipe import Recipe


def parameter_groups(model: nn.Module, recipe: Recipe, fresh: Collection[str] = ()) -> list[dict[str, Any]]:
    """Returns the groups of parameters for PyTorch's optimizers; ``rate`` multiplies the learning rate of each step.

    Args:
        model: the network to train.
        recipe: its weight decay, and the rate of fresh parameters.
        fresh: the names of the parameters without trained weights.
    """
    groups: dict[tuple[float, float], dict[str, Any]] = {}
    for name, parameter in model.named_parameters():
        rate = recipe.fresh_rate if name in fresh else 1.0
        # Norms and biases are vectors: decaying them costs accuracy and saves nothing.
        decay = recipe.weight_decay if parameter.ndim >= 2 else 0.0
        group = groups.setdefault((rate, decay), {"params": [], "weight_decay": decay, "rate": rate})
        group["params"].append(parameter)
    return list(groups.values())
