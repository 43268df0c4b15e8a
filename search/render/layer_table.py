"""The costs of each layer of a network, for a terminal."""

from collections.abc import Iterable
from dataclasses import fields

from rich.box import SIMPLE_HEAD
from rich.table import Table

from spaces import KNOWN_COSTS, KnownCost
from ulsam import Cost, Operations

_REST = tuple(field.name for field in fields(Operations))


def layer_table(title: str, cost: Cost, known_costs: Iterable[KnownCost] = KNOWN_COSTS) -> Table:
    """Returns a table with a row for each layer, and the sums: shares of known costs, then what FLOPs omit.

    Args:
        title: the heading of the table.
        cost: of one network, for one image; what FLOPs omit is in elements.
        known_costs: the costs to show, in the order shown; those that layers have no shares of are left out.
    """
    shares = {known.short: known.of_layer for known in known_costs if known.of_layer is not None}
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, show_footer=True)
    table.add_column("block", footer="sum", justify="right")
    table.add_column("layer")
    table.add_column("output", justify="right", no_wrap=True)
    for name, share in shares.items():
        table.add_column(name, footer=f"{sum(map(share, cost.layers)):,}", justify="right", no_wrap=True)
    for name in _REST:
        table.add_column(name, footer=f"{getattr(cost.rest, name):,}", justify="right", no_wrap=True)
    for layer in cost.layers:
        table.add_row(
            str(layer.block),
            layer.role,
            f"{layer.out_channels}x{layer.size}x{layer.size}",
            *(f"{share(layer):,}" for share in shares.values()),
            *(f"{getattr(layer.rest, name):,}" for name in _REST),
        )
    return table
