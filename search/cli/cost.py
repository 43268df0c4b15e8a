"""``ulsam-search cost``: what each layer of a network costs."""

from pathlib import Path
from typing import Annotated

import typer

from search.cli.console import Json, print_json, print_wide, say


def cost(
    network: Annotated[Path, typer.Argument(metavar="NETWORK", help="An exported folder, or an architecture file.")],
    input_size: Annotated[
        int | None,
        typer.Option(min=8, max=1024, help="Height and width of an image, in pixels. (default: as in training)"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show parameters and FLOPs (multiply-adds) of each layer for one image.

    Other operations, such as norms and pooling, are counted in elements that they process.
    """
    from search.api.cost import cost as count
    from search.render.layer_table import layer_table
    from spaces import KNOWN_COSTS

    counted = count(network, input_size)
    arch_id, size = counted.network.arch.arch_id, counted.network.input_size
    if as_json:
        print_json({"arch_id": arch_id, "input_size": size, **counted.to_dict()})
        return
    print_wide(layer_table(f"{arch_id} at {size} px", counted.cost))
    say("FLOPs: multiply-adds of convolutions and linear layers; columns from norms on: elements; all for one image")
    for known in KNOWN_COSTS:
        if known.of_layer is None:
            say(f"{known.title}: {counted.costs[known.name]:,}")
