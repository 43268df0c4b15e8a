"""A limit on latency, as callers write it and read it."""

from search.analysis.latency_limit import TimeError, format_latency, parse_latency
from search.errors import ArgumentError

__all__ = ["format_latency", "read_latency"]


def read_latency(text: str, argument: str = "max_latency") -> float:
    """The seconds of ``5ms``, ``0.8ms`` or ``2s``.

    Raises:
        ArgumentError: it is no time above 0.
    """
    try:
        return parse_latency(text)
    except TimeError as error:
        raise ArgumentError(argument, str(error)) from error
