"""The least that choices can add to a network's costs: the bound by which a walk through a family is cut short."""

from collections.abc import Sequence

from spaces.option import Costs, Option, Unit, add


class LeastToAdd:
    """The least of each cost that options can add to a network.

    The least of two costs may be of different options.

    Args:
        units: the options of each unit.
        most: options, the greatest number in one network.
        known_costs: the number of costs.
    """

    def __init__(self, units: Sequence[Unit], most: int, known_costs: int) -> None:
        # Row: the unit from which on options are chosen; column: how many. None: there are not so many.
        self._any: list[list[Costs | None]] = [[None] * (most + 1) for _ in range(len(units) + 1)]
        self._with_attention: list[list[Costs | None]] = [[None] * (most + 1) for _ in range(len(units) + 1)]
        for row in self._any:
            row[0] = (0,) * known_costs
        for start in range(len(units) - 1, -1, -1):
            cheapest = _least_of_each(units[start])
            attention = _least_of_each([option for option in units[start] if option.has_attention])
            later, later_with = self._any[start + 1], self._with_attention[start + 1]
            for left in range(1, most + 1):
                self._any[start][left] = _lower(later[left], _sum(cheapest, later[left - 1]))
                self._with_attention[start][left] = _lower(
                    later_with[left],
                    _lower(_sum(attention, later[left - 1]), _sum(cheapest, later_with[left - 1])),
                )

    def of(self, start: int, left: int, *, needs_attention: bool) -> Costs | None:
        """Returns the least that a number of options adds to each cost; None: there are not enough options.

        Args:
            start: index of the first unit that may be chosen from.
            left: the number of options, one of a unit.
            needs_attention: whether one of the options must place attention.
        """
        return (self._with_attention if needs_attention else self._any)[start][left]


def _least_of_each(options: Sequence[Option]) -> Costs | None:
    return tuple(map(min, zip(*(option.costs for option in options), strict=True))) if options else None


def _lower(one: Costs | None, other: Costs | None) -> Costs | None:
    if one is None or other is None:
        return other if one is None else one
    return tuple(map(min, one, other))


def _sum(one: Costs | None, other: Costs | None) -> Costs | None:
    return None if one is None or other is None else add(one, other)
