"""Which costs a picture shows that has room for two."""

from collections.abc import Collection, Iterable

from spaces import KnownCost


def drawn_costs(known_costs: Iterable[KnownCost], minimised: Collection[str]) -> tuple[KnownCost, ...]:
    """Two of ``known_costs``, in their order: those that are ``minimised``, then others."""
    known = list(known_costs)
    chosen = sorted(known, key=lambda cost: cost.name not in minimised)[:2]
    return tuple(cost for cost in known if cost in chosen)
