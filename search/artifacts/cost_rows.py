"""What a network costs, as rows of a table in Markdown."""

from collections.abc import Iterable

from spaces import KNOWN_COSTS, KnownCost, count_known_costs
from ulsam import ArchConfig


def cost_rows(arch: ArchConfig, input_size: int, known_costs: Iterable[KnownCost] = KNOWN_COSTS) -> str:
    """A row for each of ``known_costs`` of ``arch`` at ``input_size`` pixels: its title and the exact number."""
    known_costs = tuple(known_costs)
    costs = count_known_costs(arch, input_size, known_costs)
    return "\n".join(f"| {cost.title} | {costs[cost.name]:,} |" for cost in known_costs)
