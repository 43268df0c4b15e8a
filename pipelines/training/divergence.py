"""Trainings whose numbers are no longer numbers, and which layer it began in."""

import torch
from torch import Tensor, nn


class DivergedError(RuntimeError):
    """The loss is no longer a number."""


@torch.no_grad()
def where_not_finite(model: nn.Module, images: Tensor) -> str:
    """Says which weights, or which layer's output for ``images``, are NaN or infinite first."""
    for name, parameter in model.named_parameters():
        if not parameter.isfinite().all():
            return f"the weights {name} are not finite"
    found: list[str] = []

    def look(name: str) -> object:
        def hook(module: nn.Module, inputs: object, output: object) -> None:
            if not found and isinstance(output, Tensor) and not output.isfinite().all():
                found.append(f"the output of {name} ({type(module).__name__}) is not finite")

        return hook

    leaves = [(name, module) for name, module in model.named_modules() if name and not any(module.children())]
    hooks = [module.register_forward_hook(look(name)) for name, module in leaves]
    try:
        model(images)
    finally:
        for handle in hooks:
            handle.remove()
    return found[0] if found else "every layer's output is finite"
