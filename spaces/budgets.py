"""Hard limits on a network's exact costs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from spaces.known_cost import KnownCost

Limits = tuple[int | None, ...]
"""The most of each cost, in the order of a space's known costs; None is no limit."""


@dataclass(frozen=True, slots=True)
class Budgets:
    """The most that a network may cost.

    Attributes:
        limits: by the name of a known cost; a cost that is left out has no limit.
    """

    limits: Mapping[str, int] = field(default_factory=dict, hash=False)

    def allow(self, costs: Mapping[str, int]) -> bool:
        """Whether a network of these costs, by name, may be chosen; a cost equal to its limit is allowed."""
        return all(costs[name] <= limit for name, limit in self.limits.items())

    def in_order(self, known_costs: Iterable[KnownCost]) -> Limits:
        """Returns the limit of each of ``known_costs``, in their order."""
        return tuple(self.limits.get(cost.name) for cost in known_costs)

    def describe(self, known_costs: Iterable[KnownCost]) -> str:
        """Returns the limits on ``known_costs`` in words: ``2.5M parameters and 40M FLOPs``."""
        named = [
            f"{cost.format(self.limits[cost.name])} {cost.label}" for cost in known_costs if cost.name in self.limits
        ]
        return " and ".join(named) or "no limit"
