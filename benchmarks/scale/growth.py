"""Thousands of trials whose training sleeps: the overhead of a launch, and its growth with the number of trials."""

import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.made_up import made_up_spec
from benchmarks.scale.sleeping import Sleeps
from pipelines.training.epoch import Epoch
from search.config.settings import SearchSection, SearchSettings
from search.ray_backend.run_search import run_search
from search.render.progress import Progress
from search.study.folder import RunFolder
from search.study.trial import TrialRecord
from search.tracking.mlflow_mirror import MlflowMirror

PARTS = 10  # of the trials; what grows is read from these


@dataclass(frozen=True, slots=True)
class Growth:
    """Measurements at the end of a number of trials.

    Attributes:
        trials: how many.
        seconds: since the first trial began.
        driver_bytes: the memory of the driver's process.
        record_bytes: the size of the record.
    """

    trials: int
    seconds: float
    driver_bytes: int
    record_bytes: int


class Watch:
    """An observer that takes notes."""

    def __init__(self, record: Path, trials: int) -> None:
        self._record = record
        self._every = max(1, trials // PARTS)
        self._ended = 0
        self._began: float | None = None
        self.notes: list[Growth] = []

    def trial_started(self, trial: TrialRecord) -> None:
        self._began = self._began or time.perf_counter()

    def epoch_done(self, trial: TrialRecord, epoch: Epoch) -> None: ...

    def trial_lost(self, trial: TrialRecord, reason: str) -> None: ...

    def trial_ended(self, trial: TrialRecord) -> None:
        assert self._began is not None
        self._ended += 1
        if self._ended % self._every == 0:
            seconds = time.perf_counter() - self._began
            self.notes.append(Growth(self._ended, seconds, _resident_bytes(), self._record.stat().st_size))


class Shown:
    """The numbers that a terminal shows, twice a second or with each trial."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def trial_started(self, trial: TrialRecord) -> None:
        self._progress.started(trial)

    def epoch_done(self, trial: TrialRecord, epoch: Epoch) -> None:
        self._progress.epoch(trial, epoch)

    def trial_lost(self, trial: TrialRecord, reason: str) -> None: ...

    def trial_ended(self, trial: TrialRecord) -> None:
        self._progress.end(trial)
        assert self._progress.best()
        assert self._progress.hypervolume >= 0


def sleep_through(trials: int, concurrent: int, seconds: float) -> list[Growth]:
    """A launch of so many trials of ``seconds``, with its record, its mirror in MLflow and what a terminal shows."""
    search = SearchSection(sampler="random", confirm=0, concurrent=concurrent, trials=trials)
    spec = made_up_spec("scale", search)
    with tempfile.TemporaryDirectory(prefix="s") as runs:
        settings = SearchSettings(name="scale", data=Path("nowhere"), search=search)
        folder, record = RunFolder.create(Path(runs), settings, spec)
        watch = Watch(folder.path / "study.db", trials)
        shown = Shown(Progress(spec=spec, trials=trials, ended=[]))
        with MlflowMirror(folder.mlflow_uri, spec, trials) as mirror:
            driver = run_search(folder, record, trials=trials, trainable=Sleeps, observers=[shown, mirror, watch])
        assert driver.finished
    return watch.notes


def _resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
