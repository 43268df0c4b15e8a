"""Numbers that callers give, checked before anything starts: the command line has the same limits as Python."""

from collections.abc import Sized

from search.errors import ArgumentError


def check_at_least(least: int, **arguments: int | None) -> None:
    """Refuses a number below ``least``; None is left to its default.

    Raises:
        ArgumentError: the first of ``arguments`` that is.
    """
    for name, value in arguments.items():
        if value is not None and value < least:
            raise ArgumentError(name, f"expected at least {least}", got=value)


def check_given(**arguments: Sized) -> None:
    """Refuses a sequence without an item.

    Raises:
        ArgumentError: the first of ``arguments`` that has none.
    """
    for name, value in arguments.items():
        if len(value) == 0:
            raise ArgumentError(name, "expected at least one")
