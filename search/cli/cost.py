"""``ulsam-search cost``: what each layer of a network costs."""

from pathlib import Path
from typing import Annotated

import typer

from search.cli.console import Json, print_json, print_wide, say


def cost(
    network: Annotated[Path, typer.Argument(metavar="NETWORK", help="An exported folder, or an architecture file.")],
    input_size: Annotated[
        int | None, typer.Option(min=8, max=1024, help="Pixels. (default: what it is trained on)")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show parameters and FLOPs of each layer, and beside them norms, pooling, softmax and all else it does."""
    from search.api.cost import cost as count
    from search.render.layer_table import layer_table
    from spaces import KNOWN_COSTS

    counted = count(network, input_size)
    arch_id, size = counted.network.arch.arch_id, counted.network.input_size
    if as_json:
        print_json({"arch_id": arch_id, "input_size": size, **counted.to_dict()})
        return
    print_wide(layer_table(f"{arch_id} at {size} px", counted.cost))
    say("FLOPs: multiply-adds of convolutions and linear layers; the columns from norms on are elements, for one image")
    for known in KNOWN_COSTS:
        if known.of_layer is None:
            say(f"{known.title}: {counted.costs[known.name]:,}")
