"""Trainings that diverge to NaN or infinite values, and the layer where this begins."""

from dataclasses import dataclass
from math import isfinite
from typing import Literal

import torch
from torch import Tensor, nn

from pipelines.training.score import Score


@dataclass(frozen=True, slots=True)
class NotFinite:
    """The first part of a network that is NaN or infinite.

    Attributes:
        part: its weights, or its layers' output; None: it is neither.
        name: of the weights or of the layer, as the module names them.
        kind: of the layer, its class.
    """

    part: Literal["weights", "output"] | None = None
    name: str = ""
    kind: str = ""

    def __str__(self) -> str:
        match self.part:
            case "weights":
                return f"the weights {self.name} are not finite"
            case "output":
                return f"the output of {self.name} ({self.kind}) is not finite"
            case None:
                return "every layer's output is finite"


class DivergedError(RuntimeError):
    """The loss is NaN or infinite.

    Attributes:
        loss: ``training`` or ``validation``; None: the error is from another process, which sent only the text.
        epoch: counted from 1.
        origin: where it began, where that was looked for.
    """

    def __init__(
        self,
        text: str,
        *,
        loss: Literal["training", "validation"] | None = None,
        epoch: int | None = None,
        origin: NotFinite | None = None,
    ) -> None:
        super().__init__(text)
        self.loss = loss
        self.epoch = epoch
        self.origin = origin


def checked_score(score: Score, epoch: int) -> Score:
    """Returns a validation score.

    Args:
        score: on the validation split.
        epoch: after which it was read, counted from 1.

    Raises:
        DivergedError: the loss is NaN or infinite, so that the other values mean nothing.
    """
    if not isfinite(score.loss):
        raise DivergedError(f"validation loss is {score.loss} after epoch {epoch}", loss="validation", epoch=epoch)
    return score


@torch.no_grad()
def where_not_finite(model: nn.Module, images: Tensor) -> NotFinite:
    """Finds the first weights, or the first layer's output, that are NaN or infinite.

    Args:
        model: the network; its mode is kept, so norms count the images in training mode.
        images: (batch, 3, size, size), on the device of ``model``.
    """
    for name, parameter in model.named_parameters():
        if not parameter.isfinite().all():
            return NotFinite("weights", name)
    found: list[NotFinite] = []

    def look(name: str) -> object:
        def hook(module: nn.Module, inputs: object, output: object) -> None:
            if not found and isinstance(output, Tensor) and not output.isfinite().all():
                found.append(NotFinite("output", name, type(module).__name__))

        return hook

    leaves = [(name, module) for name, module in model.named_modules() if name and not any(module.children())]
    hooks = [module.register_forward_hook(look(name)) for name, module in leaves]
    try:
        model(images)
    finally:
        for handle in hooks:
            handle.remove()
    return found[0] if found else NotFinite()
