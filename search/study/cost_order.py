"""In which order networks stand by what they cost, where a search minimises several costs."""

from collections.abc import Mapping, Sequence


def cost_order(costs: Mapping[str, int], minimised: Sequence[str]) -> tuple[int, ...]:
    """Returns the key by which networks are sorted, cheapest first.

    The last objective decides; ties go by the objective before it, then by the other costs, last one first.

    Args:
        costs: of a network by name, in the order shown.
        minimised: the names of the costs that are objectives, in their order.
    """
    others = [name for name in costs if name not in minimised]
    return tuple([costs[name] for name in (*reversed(minimised), *reversed(others))])
