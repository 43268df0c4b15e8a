"""A network's start from trained weights: those of torchvision's MobileNet-V2, or of a neighbour in the space."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True, slots=True, kw_only=True)
class PartInheritance:
    """One part of a network: how many of its ``params`` are ``inherited``."""

    name: str
    params: int
    inherited: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Inheritance:
    """What a network took over from trained weights.

    Attributes:
        parts: stem, blocks, attention and classifier, in the network's order.
        unused: the trained tensors that found no place, by their names.
        fresh_tensors: the names of the network's parameters and statistics without trained values; None: no parameter
            has trained values.
    """

    parts: tuple[PartInheritance, ...]
    unused: tuple[str, ...]
    fresh_tensors: frozenset[str] | None

    @property
    def params(self) -> int:
        """Parameters of the network."""
        return sum(part.params for part in self.parts)

    @property
    def inherited(self) -> int:
        """Parameters with trained values."""
        return sum(part.inherited for part in self.parts)

    @property
    def fresh(self) -> tuple[PartInheritance, ...]:
        """The parts that do not begin wholly with trained values."""
        return tuple(part for part in self.parts if part.inherited < part.params)

    @property
    def share(self) -> str:
        """How many parameters have trained values, in words."""
        permille = 1000 * self.inherited // max(1, self.params)  # cut off: 100.0% is all of them
        return f"{self.inherited:,} of {self.params:,} parameters ({permille / 10}%)"

    def __str__(self) -> str:
        fresh = ", ".join(f"{part.name}{' in part' if part.inherited else ''}" for part in self.fresh)
        if self.fresh and not self.inherited:
            fresh = "all of it"
        return f"{self.share}; fresh: {fresh or 'nothing'}"


def inherit(model: nn.Module, trained: Mapping[str, Tensor]) -> Inheritance:
    """Copies into ``model`` every tensor of ``trained`` that has a namesake of the same shape there.

    Blocks without a change are named as in torchvision's MobileNet-V2, so its weights fit any placement at width 1.
    Other tensors keep their fresh values. A fresh ULSAM is near the identity on maps of many positions, because each
    attention map sums to 1 over all of them (equation 4 of the paper: x + x * A).

    Args:
        model: any network, changed in place; on the meta device nothing is copied and the report is the same.
        trained: a state dict, not changed.
    """
    own = model.state_dict()
    fitting = {name for name, tensor in trained.items() if name in own and own[name].shape == tensor.shape}
    with torch.no_grad():
        for name in fitting:
            if not own[name].is_meta:
                own[name].copy_(trained[name])
    parts: dict[str, list[tuple[str, int]]] = {}
    for name, parameter in model.named_parameters():
        parts.setdefault(_part(name), []).append((name, parameter.numel()))
    found = tuple(
        PartInheritance(
            name=part,
            params=sum(size for _, size in sizes),
            inherited=sum(size for name, size in sizes if name in fitting),
        )
        for part, sizes in parts.items()
    )
    return Inheritance(
        parts=found,
        unused=tuple(name for name in trained if name not in fitting),
        fresh_tensors=frozenset(own.keys() - fitting) if any(part.inherited for part in found) else None,
    )


def _part(parameter: str) -> str:
    """Returns the part of a parameter: block 12 for ``features.12.``, attention after block 12 for ``inserted.12.``."""
    part, number, *_ = [*parameter.split("."), ""]
    match part:
        case "features":
            return f"block {number}" if number != "0" else "stem"
        case "inserted":
            return f"attention after block {number}"
        case _:
            return part
