"""The interface of a tracker, which follows a search from its launch to its end, and keeps what it sees elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from search.run.driver import Driver
from search.run.observer import Observer
from search.study.final_evaluation import FinalEvaluation


class LaunchObserver(Observer, Protocol):
    """An observer around one launch: a context manager that is entered before the first trial."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def interrupted(self) -> None:
        """Takes in that Ctrl-C was pressed: workers are ended, and any wait at the end takes seconds at most."""

    def search_ended(self, driver: Driver) -> None:
        """Takes in that this launch trains nothing more; not called where it ended with an exception."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerReport:
    """The state of a tracker after a launch, or after it got evaluations.

    Attributes:
        name: of the service that keeps the search, as people call it.
        where: how to look at it there, in words or as a command.
        page: the address of its page; None: it is not known.
        problem: why the service lacks something; None: it has everything.
        retry: the command that brings it what it lacks; empty: there is none.
    """

    name: str
    where: str
    page: str | None = None
    problem: str | None = None
    retry: str = ""


class Tracker(LaunchObserver, Protocol):
    """Keeps a search elsewhere: a launch, around which it is entered, or evaluations, which come without one.

    A tracker never raises, and a service that is slow or down costs the search nothing. A tracker finds out itself what
    the service has of earlier launches, or gets that when it is made.
    """

    def evaluated(self, final_evaluations: Sequence[FinalEvaluation]) -> None:
        """Writes scores of exported networks, of which the service may have some already."""

    def report(self) -> TrackerReport:
        """Returns the state of the service."""
