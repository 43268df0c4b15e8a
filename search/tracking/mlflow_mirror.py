"""MLflow's view of a search, kept up to date while it runs, in a thread of its own.

A tracking server that is slow or down costs the search nothing.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Self

from pipelines.errors import first_line
from pipelines.training.epoch import Epoch
from search.command import command
from search.config.secret import without_password
from search.run.driver import Driver
from search.run.tracker import TrackerReport
from search.study.final_evaluation import FinalEvaluation
from search.study.spec import StudySpec
from search.study.trial import TrialRecord
from search.tracking.mlflow_evaluations import write_evaluations
from search.tracking.mlflow_runs import MlflowRuns, MlflowStatus
from search.tracking.mlflow_server import how_to_open, runs_page

_PICTURE_SECONDS = 30.0  # pages and pictures are drawn at most this often while a search runs,
_PICTURE_SHARE = 20  # and take a twentieth of its time at most
_SILENT_SECONDS = 1.0  # of a wait at the end that is not announced
_INTERRUPTED_SECONDS = 10.0  # that who pressed Ctrl-C waits at most


class MlflowMirror:
    """A tracker that mirrors a search into MLflow. Use it as a context manager.

    Args:
        uri: the tracking URI.
        spec: the search.
        asked: how many trials the search shall have, None: no number limits it; needed for a launch alone.
        ended: the trials that have ended, in the order of their ends.
        patience: seconds to wait at the end for a slow server, fewer after Ctrl-C; None: as long as it takes.
        say: called with a line that announces a wait at the end.
        run: the run's name in commands; empty: the search's name.

    Attributes:
        outcome: how the search ended, which MLflow gets when the mirror closes.
        problem: why MLflow is not up to date; None: it is.
        experiment: id of the search's experiment, once it is known.
    """

    def __init__(
        self,
        uri: str,
        spec: StudySpec,
        asked: int | None = 0,
        ended: Sequence[TrialRecord] = (),
        *,
        patience: float | None = 120.0,
        say: Callable[[str], None] = lambda _: None,
        run: str | Path = "",
    ) -> None:
        self._uri = uri
        self._spec = spec
        self._asked = asked
        self._trials = list(ended)
        self._running: dict[int, TrialRecord] = {}
        self._patience = patience
        self._say = say
        self._run_name = run or spec.name
        self._queue: SimpleQueue[tuple[TrialRecord, bool] | None] = SimpleQueue()  # with whether it has ended
        self._done = Event()  # in Python 3.11 a thread whose join is interrupted seems to have ended
        self._thread = Thread(target=self._run, name="mlflow-mirror", daemon=True)
        self._runs: MlflowRuns | None = None
        self.outcome: MlflowStatus = "KILLED"
        self.problem: str | None = None
        self.experiment: str | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._queue.put(None)
        if kind is not None and issubclass(kind, KeyboardInterrupt):
            self._patience = 0.0
        try:
            self._wait(self._patience)
        except KeyboardInterrupt:  # the view waits for ``ulsam-search mirror``, and the search has ended in order
            self._patience = 0.0
        if not self._done.is_set():
            slow = f"the server did not answer within {self._patience:.0f} s"
            self.problem = slow if self._patience else "not waited for"

    def interrupted(self) -> None:
        """Shortens the wait at the end, as Ctrl-C was pressed; ``ulsam-search mirror`` can bring the rest."""
        self._patience = min(_INTERRUPTED_SECONDS, self._patience or _INTERRUPTED_SECONDS)

    def search_ended(self, driver: Driver) -> None:
        """Notes the outcome that MLflow gets when the mirror closes."""
        over = driver.finished or driver.exhausted
        self.outcome = "FAILED" if driver.failed else "FINISHED" if over else "KILLED"

    def evaluated(self, final_evaluations: Sequence[FinalEvaluation]) -> None:
        """Writes the evaluations at once, where the search is mirrored already."""
        try:
            write_evaluations(self._uri, self._spec, final_evaluations)
        except Exception as error:  # whatever MLflow or its server raises: what was measured is measured
            self.problem = self._described(error)

    def report(self) -> TrackerReport:
        return TrackerReport(
            name="MLflow",
            where=how_to_open(self._uri, self._spec.name),
            page=None if self.experiment is None else runs_page(self._uri, self.experiment),
            problem=self.problem,
            retry=command("mirror", self._run_name),
        )

    def trial_started(self, trial: TrialRecord) -> None:
        self._queue.put((trial, False))

    def epoch_done(self, trial: TrialRecord, epoch: Epoch) -> None: ...

    def trial_lost(self, trial: TrialRecord, reason: str) -> None: ...

    def trial_ended(self, trial: TrialRecord) -> None:
        self._queue.put((trial, True))

    def _wait(self, patience: float | None) -> None:
        silent = _SILENT_SECONDS if patience is None else min(_SILENT_SECONDS, patience)
        if not self._done.wait(silent) and patience != 0:
            limit = "" if patience is None else f", at most {patience:.0f} s"
            self._say(f"waiting for MLflow{limit}; press Ctrl-C to quit now")
            self._done.wait(None if patience is None else patience - silent)

    def _run(self) -> None:
        try:
            self._work()
        finally:
            self._done.set()

    def _work(self) -> None:
        """Writes what comes; after a failure finds out what is there and writes the rest with what comes next.

        It begins at once: MLflow shows a search that goes on as running before a trial has ended.
        """
        next_picture = time.monotonic() + _PICTURE_SECONDS
        last = False
        while True:
            start = time.monotonic()
            draw = last or start > next_picture
            try:
                self._runs = self._runs or MlflowRuns(self._uri, self._spec, self._asked, self._trials)
                self.experiment = self._runs.experiment
                self._runs.write(self._trials, list(self._running.values()), draw=draw)
                if draw:
                    next_picture = start + max(_PICTURE_SECONDS, _PICTURE_SHARE * (time.monotonic() - start))
                if last:
                    self._runs.end(self.outcome)
                self.problem = None
            except Exception as error:  # whatever MLflow or its server raises: the search goes on
                self._runs = None  # it no longer knows what is there
                self.problem = self._described(error)
            if last:
                return
            last = self._take()

    def _described(self, error: Exception) -> str:
        return f"{type(error).__name__}: {without_password(first_line(error), self._uri)}"

    def _take(self) -> bool:
        """Waits for news and takes all there are; returns whether they are the last."""
        item = self._queue.get()
        try:
            while item is not None:
                trial, ended = item
                if ended:
                    self._running.pop(trial.number, None)
                    self._trials.append(trial)
                else:
                    self._running[trial.number] = trial
                item = self._queue.get_nowait()
        except Empty:
            return False
        return True
