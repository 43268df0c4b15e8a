"""Reads a limit on latency as callers write it."""

from search.analysis.latency_limit import TimeError, format_latency, parse_latency
from search.errors import ArgumentError

__all__ = ["format_latency", "read_latency"]


def read_latency(text: str, argument: str = "max_latency") -> float:
    """Returns the seconds of a time such as ``5ms``, ``0.8ms`` or ``2s``.

    Args:
        text: a number above 0 with ``ms`` or ``s`` behind it.
        argument: the name of the caller's argument, for the error.

    Raises:
        ArgumentError: ``text`` is no such time.
    """
    try:
        return parse_latency(text)
    except TimeError as error:
        raise ArgumentError(argument, str(error)) from error
