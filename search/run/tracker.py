"""The interface of a tracker: it follows a search from its launch to its end, and keeps what it sees elsewhere."""

from types import TracebackType
from typing import Protocol, Self

from search.run.driver import Driver
from search.run.observer import Observer


class Tracker(Observer, Protocol):
    """An observer around one launch: a context manager that is entered before the first trial.

    MLflow's mirror is one. What it does is its own affair: it never raises, and a service that is slow or down costs
    the search nothing. What it has of earlier launches it finds itself, or gets when it is made.
    """

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def interrupted(self) -> None:
        """Ctrl-C was pressed: workers are ended, and whoever waits at the end waits for seconds at most."""

    def search_ended(self, driver: Driver) -> None:
        """Nothing more is trained in this launch; not called where it ended with an exception."""
