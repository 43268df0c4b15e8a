"""An exponential average of a network's weights, which often scores better than the last ones.

Polyak and Juditsky, "Acceleration of Stochastic Approximation by Averaging", 1992, https://doi.org/10.1137/0330046
"""

from math import exp

import torch
from torch import Tensor, nn


class WeightAverage:
    """The average over about the last ``steps`` steps, of all weights and norms' statistics.

    Attributes:
        tensors: the average, by the names of the network's state dict.
        updates: steps it has seen.
    """

    def __init__(self, model: nn.Module, steps: float) -> None:
        self._steps = steps
        self.updates = 0
        self.tensors: dict[str, Tensor] = {name: tensor.clone() for name, tensor in _floats(model).items()}

    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        """Adds the weights after a step to the average."""
        self.updates += 1
        # At first, the average is the mean so far, so the random initial weights lose their influence at once.
        share = max(1 - exp(-1 / self._steps), 1 / self.updates)
        torch._foreach_lerp_(list(self.tensors.values()), list(_floats(model).values()), share)

    @torch.no_grad()
    def swap(self, model: nn.Module) -> None:
        """Exchanges the weights of the network and the average; a second call restores both."""
        for name, tensor in _floats(model).items():
            own = tensor.clone()
            tensor.copy_(self.tensors[name])
            self.tensors[name].copy_(own)


def _floats(model: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.detach() for name, tensor in model.state_dict().items() if tensor.is_floating_point()}
