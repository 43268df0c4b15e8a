"""Follows a search from its launch to its end, for the command line or a program."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from pipelines.training.epoch import Epoch
from search.api.class_coverage import MissingClasses
from search.api.validate_config import CheckedStart
from search.run.observer import Observer
from search.run.tracker import Tracker
from search.run.warm_start import ReusableTrials
from search.study.folder import RunFolder
from search.study.spec import StudySpec
from search.study.trial import TrialRecord
from spaces import Candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Everything known about a new search before anything starts.

    Attributes:
        start: the spec of the search, and the trained weights that its networks start from.
        coverage: classes without an image in the splits that the search uses.
        earlier: trials of earlier searches that it takes over.
        baselines: the plain networks that it trains first, for comparison.
    """

    start: CheckedStart
    coverage: tuple[MissingClasses, ...]
    earlier: ReusableTrials
    baselines: tuple[Candidate, ...]

    @property
    def spec(self) -> StudySpec:
        """The search."""
        return self.start.spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A search that begins or resumes: its run, its spec, its limits, and its ended trials.

    Attributes:
        folder: of the run.
        spec: the search.
        asked: the number of trials requested; None: no number limits the search.
        ended: the trials that have ended, in that order.
        hours: limit on the running time, over all launches; None: there is none.
        seconds_run: the time for which the search has run.
    """

    folder: RunFolder
    spec: StudySpec
    asked: int | None
    ended: tuple[TrialRecord, ...]
    hours: float | None
    seconds_run: float


class Watcher:
    """Follows a search from its launch to its end; methods that are not overridden do nothing."""

    def checked(self, check: Check) -> None:
        """Called when a new search has passed all checks, before anything is written."""

    def connecting(self, address: str | None) -> AbstractContextManager[object]:
        """Returns a context around joining the cluster at ``address``; None: RAY_ADDRESS, or else Ray starts here."""
        return nullcontext()

    def teacher_begins(self, teacher: Candidate) -> None:
        """Called when the training of the teacher begins or resumes, before all others."""

    def teacher_epoch(self, epoch: Epoch, epochs: int) -> None:
        """Called after each epoch of the teacher's training.

        Args:
            epoch: that has ended.
            epochs: the number of epochs of the whole training.
        """

    def running(self, start: Start) -> AbstractContextManager[Observer | None]:
        """Returns a context around the search itself, whose value is an observer of its trials; None: there is none."""
        return nullcontext()

    def trackers(self, start: Start) -> Sequence[Tracker]:
        """Returns further trackers, beside those of every run."""
        return ()

    def interrupted(self) -> None:
        """Called when Ctrl-C was pressed; workers take seconds to end."""

    def warn(self, text: str) -> None:
        """Called with a line about a problem beside the search."""
