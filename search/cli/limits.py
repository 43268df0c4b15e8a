"""``--max NAME=N``: a limit on any known cost; ``--max-params`` and ``--max-flops`` are short for two of them."""

from collections.abc import Sequence
from typing import Annotated

import typer

from search.errors import ArgumentError

# The names stand in no help text: which costs are known depends on the run.
MaxOf = Annotated[
    list[str] | None,
    typer.Option("--max", metavar="COST=N", help="Limit on a cost by its name, such as flops=250M. Repeatable."),
]


def limits_of(max_params: str | None, max_flops: str | None, others: Sequence[str] | None) -> dict[str, str]:
    """The limits that the options name, as they were written, by the name of a known cost.

    Raises:
        ArgumentError: one of ``others`` is no ``NAME=N``, or names one that has a limit already.
    """
    limits = {name: text for name, text in (("params", max_params), ("flops", max_flops)) if text is not None}
    for other in others or ():
        name, equals, text = other.partition("=")
        if not equals:
            raise ArgumentError("max", "expected COST=N, such as flops=250M", got=other)
        if name in limits:
            raise ArgumentError("max", f"{name} already has the limit {limits[name]}", got=other)
        limits[name] = text
    return limits
