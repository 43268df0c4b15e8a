"""The possible changes at a block, or at a group of blocks that change together, with their costs."""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from spaces.budgets import Limits
from spaces.change import Change, ChangeMode

Costs = tuple[int, ...]
"""A number for each known cost, in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One choice at a unit, and what it adds to the base's costs (a substitution lowers them).

    Attributes:
        changes: of each block of the unit, in their order; all have the same mode.
        parts: what each change adds.
        costs: the sum of ``parts``.
    """

    changes: tuple[Change, ...]
    parts: tuple[Costs, ...]
    costs: Costs

    @classmethod
    def of(cls, changes: tuple[Change, ...], added: Callable[[Change], Costs]) -> "Option":
        """Returns an option and its costs.

        Args:
            changes: one for each block of the unit, in their order.
            added: returns what a change adds to each known cost; negative where it lowers a cost.
        """
        parts = tuple(map(added, changes))
        return cls(changes=changes, parts=parts, costs=tuple(map(sum, zip(*parts, strict=True))))

    @property
    def blocks(self) -> tuple[int, ...]:
        """The numbers of the blocks that the option changes."""
        return tuple(change.block for change in self.changes)

    @property
    def mode(self) -> ChangeMode:
        """How the option changes the blocks."""
        return self.changes[0].mode

    @property
    def has_attention(self) -> bool:
        """Whether the option places attention; otherwise it removes blocks."""
        return self.changes[0].placement is not None

    @property
    def lowers_a_cost(self) -> bool:
        """Whether the option lowers any of the known costs."""
        return min(self.costs) < 0


Unit = tuple[Option, ...]
"""The options of a block, or of a group of blocks that are changed together; a network has at most one of them."""


def add(costs: Costs, more: Costs) -> Costs:
    """Adds two rows of costs.

    Args:
        costs: a number for each known cost.
        more: to add to each; negative numbers lower a cost.
    """
    return tuple(map(operator.add, costs, more))


def within(costs: Costs, limits: Limits) -> bool:
    """Whether each cost is at most its limit; a cost equal to its limit is.

    Args:
        costs: a number for each known cost.
        limits: in the same order; empty: no limits.
    """
    # With no limits at all the shorter one is empty.
    return all(limit is None or cost <= limit for cost, limit in zip(costs, limits, strict=False))


def non_dominated(options: Sequence[Option]) -> list[Option]:
    """Returns the options that no other option undercuts in all costs; of equal ones the first."""
    found: list[Option] = []
    for option in sorted(options, key=lambda option: option.costs[::-1]):
        if not any(within(cheaper.costs, option.costs) for cheaper in found):
            found.append(option)
    return found
