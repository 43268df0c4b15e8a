"""Runs a search that has a record: the common part of launching and resuming."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from search.analysis.front import complete
from search.api.trackers import trackers_of
from search.api.watcher import Start, Watcher
from search.command import quoted
from search.ray_backend.cluster import connected, machines_joined
from search.ray_backend.run_search import run_search
from search.render.front_page import save_page
from search.render.front_picture import save_picture
from search.run.driver import Driver
from search.run.observer import Observer
from search.run.run_log import RunLog
from search.run.time_budget import TimeBudget, TimeUp
from search.run.tracker import LaunchObserver, TrackerReport
from search.study.database import RecordError
from search.study.folder import RunFolder
from search.study.run_names import called
from search.study.snapshot import Snapshot
from search.study.spec import StudySpec
from search.study.study import StudyRecord
from search.study.trial import TrialRecord

if TYPE_CHECKING:
    from search.api.run import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The end of a search.

    Attributes:
        folder: of the run.
        spec, asked: the search, and the number of trials requested; None: no number limits the search.
        ended: the trials that have ended, in that order.
        finished: whether all trials have ended, or enough of them, or the time is up.
        settled: whether they were enough because untried networks could add too little.
        exhausted: whether every network within the budgets was tried.
        fruitless: whether the search is over and no trial is complete.
        problem, remedy: why it had to stop and what to do; None and empty: it did not, or the problem says it.
        enough_trials: the number of trials in all with which one more network shows the cause; None: none does.
        time_up: how the limit of time ended it; None: it did not.
        unwritten: why page and picture of the front could not be written; None: they are in the run's folder.
        trackers: the reports of the trackers, in their order.
    """

    folder: RunFolder
    spec: StudySpec
    asked: int | None
    ended: tuple[TrialRecord, ...]
    finished: bool
    settled: bool
    exhausted: bool
    fruitless: bool
    problem: str | None
    remedy: str
    enough_trials: int | None
    time_up: TimeUp | None = None
    unwritten: str | None = None
    trackers: tuple[TrackerReport, ...] = ()

    @property
    def run(self) -> "Run":
        """The run, to look at its results."""
        from search.api.run import Run  # draws and exports, which a search on a cluster does without

        return Run(self.folder.path)

    @property
    def page(self) -> Path:
        """The HTML page of the front; may be missing."""
        return page_of(self.folder)

    @property
    def has_front(self) -> bool:
        """Whether a trial is complete, so that there is a front."""
        return bool(complete(self.ended))

    @property
    def over(self) -> bool:
        """Whether nothing is left to do."""
        return self.finished or self.exhausted

    @property
    def failed(self) -> bool:
        """Whether a problem kept the search from its end, or from any result."""
        return self.problem is not None and (self.fruitless or not self.over)


class StoppedError(Exception):
    """A search that had begun could not continue: its database failed, or its teacher can't be trained.

    Attributes:
        folder: of the run, which can be resumed.
    """

    def __init__(self, folder: RunFolder, reason: str) -> None:
        super().__init__(reason)
        self.folder = folder


@contextmanager
def joined_cluster(address: str | None, spec: StudySpec, runs: Path, watcher: Watcher) -> Iterator[None]:
    """Joins a Ray cluster, or starts Ray here, until the end of the block.

    Args:
        address: of the cluster; None: RAY_ADDRESS, or else Ray is started here.
        spec: the search that the machines must be able to run.
        runs: the folder that holds the runs; all machines must see it.
        watcher: follows the connection.

    Raises:
        UsageError: no cluster answers, no machine can run a trial, or a machine lacks the data or ``runs``.
    """
    with ExitStack() as stack:
        with watcher.connecting(address):
            stack.enter_context(connected(address, spec, runs))
        yield


def run_recorded(
    folder: RunFolder, record: StudyRecord, now: Snapshot, watcher: Watcher, began: float | None = None
) -> Outcome:
    """Runs the search of a record to its end, notifies its trackers, and draws its page and picture.

    Args:
        folder: of the run; the caller holds its lock.
        record: of the run; written.
        now: the content of the record, with the limits to run to: a number of trials, hours, or both.
        watcher: follows the search.
        began: when the launch began, in seconds of the monotonic clock; None: now.

    Raises:
        StoppedError: the record's database failed.
    """
    spec, ended, asked = now.spec, now.ended, now.asked
    time = TimeBudget(spec.recipe.epochs, now.hours, seconds_run=now.seconds_run, began=began)
    start = Start(folder=folder, spec=spec, asked=asked, ended=ended, hours=now.hours, seconds_run=time.elapsed)
    log = RunLog(folder, spec, asked, len(now.trials), len(ended), machines_joined(), now.hours)
    trackers = [*trackers_of(folder, spec, asked, ended, watcher.warn), *watcher.trackers(start)]
    following: list[LaunchObserver] = [log, *trackers]
    try:
        with ExitStack() as stack:
            for one in following:
                stack.enter_context(one)
            display = stack.enter_context(watcher.running(start))
            observers = following if display is None else [display, *following]
            driver = _drive(folder, record, now, time, observers, [watcher, *following])
            for one in following:
                one.search_ended(driver)
    except RecordError as error:
        raise StoppedError(folder, str(error)) from None
    unwritten = _draw(folder, record, driver.ended)
    return replace(
        outcome_of(driver, folder, spec, asked),
        unwritten=unwritten,
        trackers=tuple(tracker.report() for tracker in trackers),
    )


def outcome_of(driver: Driver, folder: RunFolder, spec: StudySpec, asked: int | None) -> Outcome:
    """Returns the outcome of a search, without reports of trackers.

    Args:
        driver: of the search; nothing more is trained.
        folder: of the run.
        spec: the search.
        asked: the number of trials requested; None: no number limits the search.
    """
    return Outcome(
        folder=folder,
        spec=spec,
        asked=asked,
        ended=driver.ended,
        finished=driver.finished,
        settled=driver.settled,
        exhausted=driver.exhausted,
        fruitless=driver.fruitless,
        problem=driver.problem,
        remedy=driver.remedy,
        enough_trials=driver.enough_trials,
        time_up=driver.time_up,
    )


class _Interrupted(Protocol):
    def interrupted(self) -> None: ...


def _drive(
    folder: RunFolder,
    record: StudyRecord,
    now: Snapshot,
    time: TimeBudget,
    observers: Sequence[Observer],
    interruptible: Sequence[_Interrupted],
) -> Driver:
    """Runs the trials and writes the end of the search; ``interruptible`` are notified of Ctrl-C."""

    def interrupted() -> None:
        for one in interruptible:
            one.interrupted()

    try:
        driver = run_search(
            folder, record, trials=now.asked, observers=observers, begun=now.trials, time=time, on_interrupt=interrupted
        )
    finally:
        run = time.close()
        if now.hours is not None and not now.out_of_time:  # else nothing ran: it was over already
            with suppress(RecordError):
                record.note_seconds_run(run)
    if driver.finished or driver.exhausted:
        record.end()
    if driver.failed:
        assert driver.problem is not None
        with suppress(RecordError):  # a full disk, most likely: the outcome has the problem
            record.note_problem(driver.problem)
    return driver


def page_of(folder: RunFolder) -> Path:
    """Returns the path of the HTML page of a run's front."""
    return folder.path / "front.html"


def _draw(folder: RunFolder, record: StudyRecord, ended: tuple[TrialRecord, ...]) -> str | None:
    """Writes page and picture; returns why they could not be written, or None."""
    try:
        save_page(record.spec, ended, page_of(folder), record.final_evaluations(), run=quoted(called(folder.path)))
        save_picture(record.spec, ended, folder.path / "front.png")
    except OSError as error:  # a full disk, most likely; the outcome says why the search ended
        return str(error)
    return None
