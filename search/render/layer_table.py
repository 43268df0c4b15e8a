"""What each layer of a network costs, for a terminal."""

from dataclasses import fields

from rich.box import SIMPLE_HEAD
from rich.table import Table

from ulsam import Cost, Operations

_REST = tuple(field.name for field in fields(Operations))


def layer_table(title: str, cost: Cost) -> Table:
    """A row a layer and their sums; the columns after FLOPs are what FLOPs leave out, in elements."""
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, show_footer=True)
    table.add_column("block", footer="sum", justify="right")
    table.add_column("layer")
    table.add_column("output", justify="right", no_wrap=True)
    for name, total in (("params", cost.params), ("FLOPs", cost.flops)):
        table.add_column(name, footer=f"{total:,}", justify="right", no_wrap=True)
    for name in _REST:
        table.add_column(name, footer=f"{getattr(cost.rest, name):,}", justify="right", no_wrap=True)
    for layer in cost.layers:
        table.add_row(
            str(layer.block),
            layer.role,
            f"{layer.out_channels}x{layer.size}x{layer.size}",
            f"{layer.params:,}",
            f"{layer.flops:,}",
            *(f"{getattr(layer.rest, name):,}" for name in _REST),
        )
    return table
