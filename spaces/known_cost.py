"""The costs of a network that are computed before it is trained. A new cost is an entry in :data:`KNOWN_COSTS`."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from spaces.candidate import Candidate
from spaces.counts import format_count
from ulsam import count_cost
from ulsam.cost import Cost, LayerCost

CostFunction = Callable[[Candidate], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCost:
    """A cost of a network that is known without training; less is better.

    Costs are additive, since counting, bounds and enumeration of a space rest on it: the count of a network is that of
    the network without placements plus one difference for each placement, whatever the others are.

    Attributes:
        name: the key of search files, records, tables and JSON; ``--max NAME=N`` is its option.
        label: the name on screen, such as the heading of a column.
        unit: what is counted, where the label does not say so; else empty.
        example: a budget, as a user writes one.
        count: an integer for a network.
        of_layer: a layer's share, where those of all layers add up to the count; None: layers have no shares.
        format: the short form of a count.
    """

    name: str
    label: str
    example: str
    count: CostFunction
    unit: str = ""
    of_layer: Callable[[LayerCost], int] | None = None
    format: Callable[[int | float], str] = format_count

    @property
    def title(self) -> str:
        """The label with its unit."""
        return f"{self.label} ({self.unit})" if self.unit else self.label

    @property
    def short(self) -> str:
        """The label, or the name where that is shorter: for where there is little room."""
        return min(self.label, self.name, key=len)


@lru_cache(maxsize=1024)
def _cost(network: Candidate) -> Cost:
    """Counts the cost once for all known costs that are read from it."""
    return count_cost(network.arch, network.input_size)


def _params(network: Candidate) -> int:
    return _cost(network).params


def _flops(network: Candidate) -> int:
    return _cost(network).flops


def _params_of(layer: LayerCost) -> int:
    return layer.params


def _flops_of(layer: LayerCost) -> int:
    return layer.flops


PARAMS = KnownCost(name="params", label="parameters", example="2.5M", count=_params, of_layer=_params_of)
FLOPS = KnownCost(name="flops", label="FLOPs", unit="multiply-adds", example="250M", count=_flops, of_layer=_flops_of)

KNOWN_COSTS: tuple[KnownCost, ...] = (PARAMS, FLOPS)
"""The costs that every search knows, in the order in which they are shown."""


def describe_costs(costs: Mapping[str, int], known_costs: Iterable[KnownCost] = KNOWN_COSTS) -> str:
    """Returns costs in words: ``1.2M parameters, 30M FLOPs``.

    Args:
        costs: of one network, by the name of a known cost.
        known_costs: the costs to describe, in the order shown.
    """
    return ", ".join(f"{cost.format(costs[cost.name])} {cost.label}" for cost in known_costs)


def describe_least(networks: Iterable[Mapping[str, int]], known_costs: Iterable[KnownCost] = KNOWN_COSTS) -> str:
    """Returns the least costs in words: ``the smallest has 90,000 parameters, the least FLOPs are 2,000,000``.

    Args:
        networks: the costs of each network by name; at least one network.
        known_costs: the costs to describe, in the order shown; at least one.
    """
    every, (first, *others) = list(networks), known_costs
    least = {cost.name: min(costs[cost.name] for costs in every) for cost in (first, *others)}
    more = (f"the least {cost.label} are {least[cost.name]:,}" for cost in others)
    return ", ".join((f"the smallest has {least[first.name]:,} {first.label}", *more))


def count_known_costs(network: Candidate, known_costs: Iterable[KnownCost] = KNOWN_COSTS) -> dict[str, int]:
    """Counts the costs of a network and returns them by name.

    Args:
        network: the network.
        known_costs: the costs that the search counts, in the order shown.

    Raises:
        InvalidError: a ULSAM of the network has a map of 1x1 at that size; see :func:`~ulsam.plan.layer_plan`.
    """
    return {cost.name: cost.count(network) for cost in known_costs}
