"""MLflow's view of a search, kept up to date while it runs, in a thread of its own.

A tracking server that is slow or down costs the search nothing.
"""

import time
from collections.abc import Sequence
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Self

from pipelines.errors import first_line
from pipelines.training.epoch import Epoch
from search.record.facts import StudyFacts
from search.record.result import TrialRecord
from search.secret import without_password
from search.views.mlflow_runs import MlflowRuns, Outcome

_PICTURE_SECONDS = 30.0  # pages and pictures are drawn at most this often while a search runs,
_PICTURE_SHARE = 20  # and take a twentieth of its time at most


class MlflowMirror:
    """An observer that mirrors a search into MLflow. Use it as a context manager.

    Args:
        uri: the tracking URI.
        facts: of the search.
        asked: how many trials the search shall have.
        ended: the trials that are over already, in the order in which they ended.
        patience: seconds to wait at the end for a slow server; None: as long as it takes.

    Attributes:
        outcome: how the search ended, told to MLflow when the mirror closes.
        problem: why MLflow is not up to date; None: it is.
    """

    def __init__(
        self,
        uri: str,
        facts: StudyFacts,
        asked: int,
        ended: Sequence[TrialRecord] = (),
        *,
        patience: float | None = 120.0,
    ) -> None:
        self._uri = uri
        self._facts = facts
        self._asked = asked
        self._trials = list(ended)
        self._patience = patience
        self._queue: SimpleQueue[TrialRecord | None] = SimpleQueue()
        self._thread = Thread(target=self._work, name="mlflow-mirror", daemon=True)
        self._runs: MlflowRuns | None = None
        self.outcome: Outcome = "KILLED"
        self.problem: str | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._queue.put(None)
        impatient = kind is not None and issubclass(kind, KeyboardInterrupt)
        self._thread.join(0.0 if impatient else self._patience)
        if self._thread.is_alive():
            self.problem = "not waited for" if impatient else f"it did not answer within {self._patience:.0f} s"

    def trial_started(self, trial: TrialRecord) -> None: ...

    def epoch_done(self, trial: TrialRecord, epoch: Epoch) -> None: ...

    def trial_lost(self, trial: TrialRecord, reason: str) -> None: ...

    def trial_ended(self, trial: TrialRecord) -> None:
        self._queue.put(trial)

    def _work(self) -> None:
        """Writes what comes; after a failure finds out what is there and writes the rest with what comes next."""
        next_picture = time.monotonic() + _PICTURE_SECONDS
        last = False
        while not last:
            last = self._take()
            start = time.monotonic()
            draw = last or start > next_picture
            try:
                self._runs = self._runs or MlflowRuns(self._uri, self._facts, self._asked, self._trials)
                self._runs.write(self._trials, draw=draw)
                if draw:
                    next_picture = start + max(_PICTURE_SECONDS, _PICTURE_SHARE * (time.monotonic() - start))
                if last:
                    self._runs.end(self.outcome)
                self.problem = None
            except Exception as error:  # whatever MLflow or its server raises: the search goes on
                self._runs = None  # it no longer knows what is there
                self.problem = f"{type(error).__name__}: {without_password(first_line(error), self._uri)}"

    def _take(self) -> bool:
        """Waits for news and takes all there are. Whether they are the last."""
        item = self._queue.get()
        try:
            while item is not None:
                self._trials.append(item)
                item = self._queue.get_nowait()
        except Empty:
            return False
        return True
