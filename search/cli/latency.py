"""``ulsam-search latency``: time the forward pass of networks."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from search.cli.console import Device, Json, aside, console, print_json, say

if TYPE_CHECKING:
    from rich.table import Table

    from search.api.latency import Latencies


def latency(
    networks: Annotated[
        list[Path], typer.Argument(metavar="NETWORK...", help="Exported folders or architecture files, to compare.")
    ],
    batch: Annotated[int, typer.Option(min=1, help="Images per call.")] = 1,
    threads: Annotated[int, typer.Option(min=1, help="CPU threads per call.")] = 1,
    device: Device = None,
    input_size: Annotated[
        int | None,
        typer.Option(min=8, max=1024, help="Height and width of an image, in pixels. (default: as in training)"),
    ] = None,
    warmup: Annotated[int, typer.Option(min=0, help="Warm-up calls of each network, not timed.")] = 10,
    repeats: Annotated[int, typer.Option(min=1, help="Timed calls of each network.")] = 100,
    as_json: Json = False,
) -> None:
    """Measure the latency of one or more networks: milliseconds per call, in float32.

    The command calls the networks alternately, so other programs slow all networks alike. The latency does not depend
    on the weights, so you can also measure untrained architectures. With --json, latencies are in seconds.
    """
    from functools import partial

    from search.api.latency import latency as time
    from search.render.words import counted

    timed = time(
        networks,
        batch=batch,
        threads=threads,
        device=device,
        input_size=input_size,
        warmup=warmup,
        repeats=repeats,
        on_warning=partial(say, on=aside(as_json)),
    )
    if as_json:
        _print_figures(timed)
        return
    console.print(_table(timed))
    conditions = timed.conditions
    on_cpu = f"{counted(threads, 'thread')}, " if conditions.device == "cpu" else ""
    say(
        f"{timed.device}, {on_cpu}batch {batch}, float32, channels_last: "
        f"median of {repeats} calls after {counted(warmup, 'warm-up call')}"
    )


def _print_figures(timed: "Latencies") -> None:
    from dataclasses import asdict

    networks = [
        {
            "network": str(network.path),
            **asdict(network.latency),
            **network.costs,
        }
        for network in timed.networks
    ]
    print_json({"device": timed.device, "conditions": asdict(timed.conditions), "networks": networks})


def _table(timed: "Latencies") -> "Table":
    from rich.table import Table
    from rich.text import Text

    from spaces import KNOWN_COSTS

    table = Table()
    table.add_column("network", overflow="fold")
    for column in (
        "pixels",
        "ms per call",
        "25th to 75th percentile",
        "images/s",
        *(cost.label for cost in KNOWN_COSTS),
    ):
        table.add_column(column, justify="right", no_wrap=True)
    for network in timed.networks:
        result = network.latency
        table.add_row(
            Text(str(network.path)),  # brackets are no markup
            str(result.conditions.input_size),
            f"{result.median * 1e3:.3f}",
            f"{result.lower * 1e3:.3f} to {result.upper * 1e3:.3f}",
            f"{result.images_per_second:,.0f}",
            *(cost.format(network.costs[cost.name]) for cost in KNOWN_COSTS),
        )
    return table
