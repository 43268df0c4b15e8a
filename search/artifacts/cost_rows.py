"""The costs of a network as rows of a table in Markdown."""

from collections.abc import Iterable, Mapping

from spaces import KnownCost


def cost_rows(costs: Mapping[str, int], known_costs: Iterable[KnownCost]) -> str:
    """Returns a row for each known cost: its title and the exact count.

    Args:
        costs: of one network, by name; has each of ``known_costs``.
        known_costs: the costs to show, in the order shown.
    """
    return "\n".join(f"| {cost.title} | {costs[cost.name]:,} |" for cost in known_costs)
