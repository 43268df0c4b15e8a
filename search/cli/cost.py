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
    from dataclasses import asdict

    from search.errors import UsageError
    from search.export.network import load_network
    from search.views.cost_table import cost_table
    from ulsam import count_cost

    loaded = load_network(network)
    size = input_size or loaded.recipe.input_size
    try:
        counted = count_cost(loaded.arch, size)
    except ValueError as error:
        raise UsageError(f"--input-size {size}: {error}") from None
    if as_json:
        print_json({"arch_id": loaded.arch.arch_id, "input_size": size, **asdict(counted)})
        return
    print_wide(cost_table(f"{loaded.arch.arch_id} at {size} px", counted))
    say("FLOPs: multiply-adds of convolutions and linear layers; the columns after them are elements, for one image")
