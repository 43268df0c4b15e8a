"""The interface of a tracker: it follows a search from its launch to its end, and keeps what it sees elsewhere."""

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
        """Ctrl-C was pressed: workers are ended, and whoever waits at the end waits for seconds at most."""

    def search_ended(self, driver: Driver) -> None:
        """Nothing more is trained in this launch; not called where it ended with an exception."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerReport:
    """What a tracker says of itself after a launch, or after it got evaluations.

    Attributes:
        name: of what keeps the search, as people call it.
        where: how to look at it there, in words or as a command.
        page: the address of its page; None: nobody knows one.
        problem: why it does not have all; None: it has.
        retry: the command that brings it what it lacks; empty: there is none.
    """

    name: str
    where: str
    page: str | None = None
    problem: str | None = None
    retry: str = ""


class Tracker(LaunchObserver, Protocol):
    """Keeps a search elsewhere: a launch, around which it is entered, or evaluations, which come without one.

    What it does is its own affair: it never raises, and a service that is slow or down costs the search nothing. What
    it has of earlier launches it finds itself, or gets when it is made.
    """

    def evaluated(self, final_evaluations: Sequence[FinalEvaluation]) -> None:
        """Networks of the search were scored after it; it may have some of them already."""

    def report(self) -> TrackerReport:
        """Where it has what it got."""
