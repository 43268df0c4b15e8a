"""What a network costs, as rows of a table in Markdown."""

from collections.abc import Iterable, Mapping

from spaces import KnownCost


def cost_rows(costs: Mapping[str, int], known_costs: Iterable[KnownCost]) -> str:
    """A row for each of ``known_costs``: its title, and the exact number that it has in ``costs``."""
    return "\n".join(f"| {cost.title} | {costs[cost.name]:,} |" for cost in known_costs)
