"""Selects the costs for a picture that shows two."""

from collections.abc import Collection, Iterable

from spaces import KnownCost


def drawn_costs(known_costs: Iterable[KnownCost], minimised: Collection[str]) -> tuple[KnownCost, ...]:
    """Returns two of the known costs, in their order: those that are minimised come before others.

    Args:
        known_costs: the costs that the search counts, in the order shown.
        minimised: the names of the costs that the search minimises.
    """
    known = list(known_costs)
    chosen = sorted(known, key=lambda cost: cost.name not in minimised)[:2]
    return tuple(cost for cost in known if cost in chosen)
