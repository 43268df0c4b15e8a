"""Lets what is useful and slow take a share of the time at most."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic


class TimeShare:
    """Says when something may be done again, so that it takes one part in ``parts`` of the time, or less."""

    def __init__(self, parts: int) -> None:
        self._parts = parts
        self._next = 0.0

    @property
    def due(self) -> bool:
        """Whether it may be done now."""
        return monotonic() >= self._next

    @contextmanager
    def spend(self) -> Iterator[None]:
        """Around what is done: what took long waits long for the next time."""
        start = monotonic()
        yield
        self._next = start + self._parts * (monotonic() - start)
