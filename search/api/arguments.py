"""Checks numbers that callers give before anything starts: the command line has the same limits as Python."""

from collections.abc import Sized
from math import inf

from search.errors import ArgumentError


def check_at_least(least: int, **arguments: int | None) -> None:
    """Checks that numbers are not below ``least``.

    Args:
        least: the lowest value allowed.
        **arguments: by name, a number; None: the argument has its default and is not checked.

    Raises:
        ArgumentError: a number is below ``least``; the error is for the first such argument.
    """
    for name, value in arguments.items():
        if value is not None and value < least:
            raise ArgumentError(name, f"expected at least {least}", got=value)


def check_hours(hours: float | None) -> None:
    """Checks that a limit of time in hours is above 0 and finite; None: the argument has its default.

    Raises:
        ArgumentError: the limit is not.
    """
    if hours is not None and not 0 < hours < inf:
        raise ArgumentError("hours", "expected a number above 0", got=f"{hours:g}")


def check_given(**arguments: Sized) -> None:
    """Checks that sequences, by argument name, are not empty.

    Raises:
        ArgumentError: a sequence is empty; the error is for the first such argument.
    """
    for name, value in arguments.items():
        if len(value) == 0:
            raise ArgumentError(name, "expected at least one")
