"""What may be done at a block, or at a group of blocks that are changed together, and what it costs."""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from spaces.budgets import Limits
from spaces.change import Change, ChangeMode

Costs = tuple[int, ...]
"""A number for each known cost, in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One choice at a unit, and what it adds to the base's costs (a substitution adds less than nothing).

    Attributes:
        changes: of each block of the unit, in their order; all have the same mode.
        parts: what each change adds.
        costs: what they add together.
    """

    changes: tuple[Change, ...]
    parts: tuple[Costs, ...]
    costs: Costs

    @classmethod
    def of(cls, changes: tuple[Change, ...], added: Callable[[Change], Costs]) -> "Option":
        """The option of ``changes``, each of which costs what ``added`` says."""
        parts = tuple(map(added, changes))
        return cls(changes=changes, parts=parts, costs=tuple(map(sum, zip(*parts, strict=True))))

    @property
    def blocks(self) -> tuple[int, ...]:
        """The numbers of the blocks that it changes."""
        return tuple(change.block for change in self.changes)

    @property
    def mode(self) -> ChangeMode:
        """How it changes them."""
        return self.changes[0].mode

    @property
    def has_attention(self) -> bool:
        """Whether it places attention; otherwise it leaves blocks out."""
        return self.changes[0].placement is not None

    @property
    def lowers_a_cost(self) -> bool:
        """Whether a network costs less with it, by any of the known costs."""
        return min(self.costs) < 0


Unit = tuple[Option, ...]
"""The options of a block, or of a group of blocks that are changed together; a network has at most one of them."""


def add(costs: Costs, more: Costs) -> Costs:
    """The sum of each cost."""
    return tuple(map(operator.add, costs, more))


def within(costs: Costs, limits: Limits) -> bool:
    """Whether each cost is at most its limit; a cost equal to its limit is."""
    # With no limits at all the shorter one is empty.
    return all(limit is None or cost <= limit for cost, limit in zip(costs, limits, strict=False))


def non_dominated(options: Sequence[Option]) -> list[Option]:
    """The ones that no other undercuts in all costs; of equal ones the first."""
    found: list[Option] = []
    for option in sorted(options, key=lambda option: option.costs[::-1]):
        if not any(within(cheaper.costs, option.costs) for cheaper in found):
            found.append(option)
    return found
