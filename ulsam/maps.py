"""The attention maps of the ULSAM modules of a network."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ulsam.attention import ULSAM
from ulsam.errors import InvalidError
from ulsam.mobilenet import MobileNet


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AttentionMaps:
    """The maps of one ULSAM.

    Attributes:
        block: the number of the block that it follows or stands for.
        inserted: whether it follows it.
        maps: (batch, g, height, width); each sums to 1 over its positions.
    """

    block: int
    inserted: bool
    maps: Tensor


@torch.no_grad()
def attention_maps(model: MobileNet, images: Tensor) -> tuple[AttentionMaps, ...]:
    """Returns the attention maps of every ULSAM, in the order of the network.

    Args:
        model: the network, in evaluation mode.
        images: (batch, 3, height, width) floats, normalised.

    Raises:
        InvalidError: ``model`` is in training mode, where a forward pass would change its statistics.
    """
    if model.training:
        raise InvalidError(
            where="attention_maps", expected="a network in evaluation mode", remedy="call its eval() first"
        )
    modules = [(index, False, block) for index, block in enumerate(model.features)]
    modules += [(int(index), True, module) for index, module in model.inserted.items()]
    found: list[AttentionMaps] = []
    hooks = []
    for index, inserted, module in modules:
        if isinstance(module, ULSAM):

            def keep(module: nn.Module, inputs: tuple[Tensor], index: int = index, inserted: bool = inserted) -> None:
                assert isinstance(module, ULSAM)
                found.append(AttentionMaps(block=index, inserted=inserted, maps=module.attention(*inputs)))

            hooks.append(module.register_forward_pre_hook(keep))
    try:
        model(images)
    finally:
        for hook in hooks:
            hook.remove()
    return tuple(found)
