"""What ``front --int8`` prints of the networks of a front in 8-bit integers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from search.cli.console import console, say

if TYPE_CHECKING:
    from search.api.int8_front import QuantizedTrial


def print_int8_front(quantized: "Sequence[QuantizedTrial]") -> None:
    """Prints a table of the networks, from the most accurate to the least, and how their latency was measured."""
    from rich.table import Table

    table = Table(title="The front in 8-bit integers: validation accuracy, size and latency", title_justify="left")
    for column in ("trial", "accuracy", "float32", "change in points", "size", "float32", "ms per call", "float32"):
        table.add_column(column, justify="right", no_wrap=True)
    for one in reversed(quantized):
        if one.int8 is None:
            table.add_row(str(one.trial.number), "no weights", f"{one.float_accuracy:.2%}", *[""] * 5)
            continue
        table.add_row(
            str(one.trial.number),
            f"{one.int8.accuracy:.2%}",
            f"{one.float_accuracy:.2%}",
            f"{100 * (one.int8.accuracy - one.float_accuracy):+.1f}",
            f"{one.int8.bytes / 1e6:.2f} MB",
            f"{one.int8.float_bytes / 1e6:.2f} MB",
            f"{one.int8.latency.ms:.3f}",
            f"{one.int8.float_latency.ms:.3f}",
        )
    console.print(table)
    measured = [one.int8 for one in quantized if one.int8 is not None]
    if measured:
        say(f"latency: {measured[0].latency.conditions}, both files in turns")
