"""What each layer of a network costs."""

from dataclasses import dataclass
from pathlib import Path

from search.api.arguments import check_at_least
from search.artifacts.network import load_network
from search.errors import ArgumentError
from ulsam import ArchConfig, Cost, count_cost


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkCost:
    """The cost of ``arch`` for an image of ``input_size`` pixels."""

    arch: ArchConfig
    input_size: int
    cost: Cost


def cost(network: Path, input_size: int | None = None) -> NetworkCost:
    """Counts parameters, FLOPs and other work of each layer.

    Args:
        network: an exported folder, or an architecture file.
        input_size: pixels; None: those it is trained on.

    Raises:
        UsageError: the file is missing or damaged, or the network can't be built for that size.
    """
    check_at_least(1, input_size=input_size)
    loaded = load_network(network)
    size = input_size or loaded.recipe.input_size
    try:
        counted = count_cost(loaded.arch, size)
    except ValueError as error:
        raise ArgumentError("input_size", str(error), got=size) from error
    return NetworkCost(arch=loaded.arch, input_size=size, cost=counted)
