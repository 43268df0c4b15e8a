"""The costs of each layer of a network."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from search.api.arguments import check_at_least
from search.artifacts.network import load_network
from search.errors import ArgumentError
from spaces import KNOWN_COSTS, Candidate, count_known_costs
from ulsam import Cost, count_cost


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkCost:
    """The costs of ``network`` for one image: known costs by name, and the work of each layer."""

    network: Candidate
    costs: Mapping[str, int]
    cost: Cost

    def to_dict(self) -> dict[str, Any]:
        """Returns the costs for JSON."""
        layers = [
            asdict(layer) | {known.name: known.of_layer(layer) for known in KNOWN_COSTS if known.of_layer is not None}
            for layer in self.cost.layers
        ]
        return {**self.costs, "rest": asdict(self.cost.rest), "layers": layers}


def cost(network: Path, input_size: int | None = None) -> NetworkCost:
    """Counts the known costs of a network, and the known costs and other work of each layer.

    Args:
        network: folder of an exported network, or an architecture file.
        input_size: height and width of the images, in pixels; None: the size that the network is trained on.

    Raises:
        ArgumentError: ``input_size`` is below 1, or the network can't be built for that size.
        UsageError: the file is missing or damaged.
    """
    check_at_least(1, input_size=input_size)
    loaded = load_network(network)
    size = input_size or loaded.input_size
    try:
        sized = Candidate(arch=loaded.arch, input_size=size)
        counted = count_cost(sized.arch, size)
    except ValueError as error:
        raise ArgumentError("input_size", str(error), got=size) from error
    return NetworkCost(network=sized, costs=count_known_costs(sized), cost=counted)
