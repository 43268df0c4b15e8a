"""In which order networks stand by what they cost, where a search minimises several costs."""

from collections.abc import Mapping, Sequence


def cost_order(costs: Mapping[str, int], minimised: Sequence[str]) -> tuple[int, ...]:
    """What networks are sorted by, cheapest first.

    The last objective decides, of ties the one before it, then what else is known, the last of it first.

    Args:
        costs: of a network, all that are known, by name.
        minimised: the names of those that are objectives.
    """
    others = [name for name in costs if name not in minimised]
    return tuple([costs[name] for name in (*reversed(minimised), *reversed(others))])
