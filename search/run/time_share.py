"""Limits work that is useful and slow to a share of the time."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic


class TimeShare:
    """Decides when work may be done again, so that it takes one part in ``parts`` of the time, or less."""

    def __init__(self, parts: int) -> None:
        self._parts = parts
        self._next = 0.0

    @property
    def due(self) -> bool:
        """Whether the work may be done now."""
        return monotonic() >= self._next

    @contextmanager
    def spend(self) -> Iterator[None]:
        """Times the work in its block: the next time comes ``parts`` times that later, at the earliest."""
        start = monotonic()
        yield
        self._next = start + self._parts * (monotonic() - start)
