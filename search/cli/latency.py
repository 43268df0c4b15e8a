"""``ulsam-search latency``: how long networks take to answer."""

from pathlib import Path
from typing import Annotated

import typer

from search.cli.console import (
    Device,
    Json,
    aside,
    chosen_device,
    console,
    device_name,
    print_json,
    say,
    say_if_busy,
)


def latency(
    networks: Annotated[
        list[Path], typer.Argument(metavar="NETWORK...", help="Exported folders or architecture files, to compare.")
    ],
    batch: Annotated[int, typer.Option(min=1, help="Images a call.")] = 1,
    threads: Annotated[int, typer.Option(min=1, help="CPU threads of a call.")] = 1,
    device: Device = None,
    input_size: Annotated[
        int | None, typer.Option(min=8, max=1024, help="Pixels. (default: what the first network was trained on)")
    ] = None,
    warmup: Annotated[int, typer.Option(min=0, help="Calls of each network before the clock starts.")] = 10,
    repeats: Annotated[int, typer.Option(min=1, help="Calls of each network that are timed.")] = 100,
    as_json: Json = False,
) -> None:
    """Time a forward pass of one or several networks, taking turns, in float32.

    Weights do not matter, so an architecture that was never trained can be timed too.
    """
    from dataclasses import asdict

    from rich.table import Table
    from rich.text import Text

    from pipelines.measuring.latency import Conditions, measure_latency
    from search.errors import UsageError
    from search.export.network import load_network
    from search.views.words import counted
    from spaces import format_count
    from ulsam import build_model, count_cost

    loaded = [load_network(path) for path in networks]
    size = input_size or loaded[0].recipe.input_size
    where = chosen_device(device)
    conditions = Conditions(
        device=where.type, batch_size=batch, input_size=size, threads=threads, warmup=warmup, repeats=repeats
    )
    try:
        costs = [count_cost(network.arch, size) for network in loaded]
    except ValueError as error:
        raise UsageError(f"--input-size {size}: {error}") from None
    say_if_busy(where, aside(as_json))
    try:
        measured = measure_latency([build_model(network.arch, size) for network in loaded], conditions)
    except RuntimeError as error:  # torch's own, of a CPU or a GPU
        if "memory" not in str(error):
            raise
        raise UsageError(f"--batch {batch} at {size} px: does not fit into memory; ask for less") from None

    if as_json:
        times = [
            {"network": str(path), **asdict(result), "params": cost.params, "flops": cost.flops}
            for path, result, cost in zip(networks, measured, costs, strict=True)
        ]
        print_json({"device": device_name(where), "conditions": asdict(conditions), "networks": times})
        return
    table = Table()
    table.add_column("network", overflow="fold")
    for column in ("ms a call", "middle half", "images/s", "parameters", "FLOPs"):
        table.add_column(column, justify="right", no_wrap=True)
    for path, result, cost in zip(networks, measured, costs, strict=True):
        table.add_row(
            Text(str(path)),  # brackets are no markup
            f"{result.median * 1e3:.3f}",
            f"{result.lower * 1e3:.3f} to {result.upper * 1e3:.3f}",
            f"{result.images_per_second:,.0f}",
            format_count(cost.params),
            format_count(cost.flops),
        )
    console.print(table)
    on_cpu = f"{counted(threads, 'thread')}, " if where.type == "cpu" else ""
    say(
        f"{device_name(where)}, {on_cpu}batch {batch}, {size} px, "
        f"float32, channels_last: median of {repeats} calls after {warmup} to warm up"
    )
