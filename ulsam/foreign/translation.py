"""What a translator of a library's names gives."""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from ulsam.conventions import Convention


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Translation:
    """Tensors under this package's names.

    Attributes:
        tensors: those with a name here.
        unknown: the names of those without, as the library calls them.
        convention: of the network that they are of.
    """

    tensors: dict[str, Tensor]
    unknown: tuple[str, ...]
    convention: Convention = "torch"


def beneath(tensors: Mapping[str, Tensor], first: str) -> Mapping[str, Tensor]:
    """The tensors of the one network whose first is called ``first``, without what wrappers put before its names.

    DistributedDataParallel, Lightning and modules around a network give its names a prefix, such as ``module.``.
    Where a file has several such networks, the averaged one is meant. Empty: there is none.
    """
    prefixes = [name.removesuffix(first) for name in tensors if name == first or name.endswith(f".{first}")]
    if not prefixes:
        return {}
    prefix = next((prefix for prefix in prefixes if "ema" in prefix), prefixes[0])
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def translated(tensors: Mapping[str, Tensor], names: Mapping[str, str]) -> Translation:
    """Renames layers: ``names`` has ours for each of the library's."""
    found, unknown = {}, []
    for name, tensor in tensors.items():
        layer, _, parameter = name.rpartition(".")
        if layer in names:
            found[f"{names[layer]}.{parameter}"] = tensor
        else:
            unknown.append(name)
    return Translation(tensors=found, unknown=tuple(unknown))
