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
    """Returns the tensors of one network in a file, without the prefix of a wrapper in their names.

    DistributedDataParallel, Lightning and modules around a network add a prefix such as ``module.``. If a file has
    several such networks, the one with averaged weights is returned.

    Args:
        tensors: all tensors of the file by name.
        first: the name of a tensor that every such network has, without a prefix.

    Returns:
        The tensors by name; empty if no name ends in ``first``.
    """
    prefixes = [name.removesuffix(first) for name in tensors if name == first or name.endswith(f".{first}")]
    if not prefixes:
        return {}
    prefix = next((prefix for prefix in prefixes if "ema" in prefix), prefixes[0])
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def translated(tensors: Mapping[str, Tensor], names: Mapping[str, str]) -> Translation:
    """Renames the layers of a library's network.

    Args:
        tensors: weights by the library's names, which are a layer and a parameter.
        names: this package's name of each of the library's layers; tensors of other layers are listed as unknown.
    """
    found, unknown = {}, []
    for name, tensor in tensors.items():
        layer, _, parameter = name.rpartition(".")
        if layer in names:
            found[f"{names[layer]}.{parameter}"] = tensor
        else:
            unknown.append(name)
    return Translation(tensors=found, unknown=tuple(unknown))
