"""A tracker as an engineer would add it: a line of JSON for all that happens."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from pipelines.training.epoch import Epoch
from search.run.driver import Driver
from search.run.tracker import TrackerReport
from search.study.final_evaluation import FinalEvaluation
from search.study.trial import TrialRecord


class JsonLines:
    """Writes a file that other programs can follow. Use it as a context manager."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Self:
        self._file = self._path.open("a")
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def trial_started(self, trial: TrialRecord) -> None:
        self._write("started", trial=trial.number, arch_id=trial.arch.arch_id)

    def epoch_done(self, trial: TrialRecord, epoch: Epoch) -> None:
        self._write("epoch", trial=trial.number, **epoch.to_dict())

    def trial_lost(self, trial: TrialRecord, reason: str) -> None:
        self._write("lost", trial=trial.number, reason=reason)

    def trial_ended(self, trial: TrialRecord) -> None:
        if trial.result is not None and trial.result.epochs:
            self.epoch_done(trial, trial.result.epochs[-1])
        self._write("ended", trial=trial.number, status=trial.status)

    def interrupted(self) -> None:
        self._write("interrupted")

    def search_ended(self, driver: Driver) -> None:
        self._write("search ended", trials=len(driver.ended), problem=driver.problem)

    def evaluated(self, final_evaluations: Sequence[FinalEvaluation]) -> None:
        with self:
            for final in final_evaluations:
                self._write("evaluated", arch_id=final.arch.arch_id, val=final.val.accuracy)

    def report(self) -> TrackerReport:
        return TrackerReport(name="events", where=str(self._path))

    def _write(self, event: str, **values: Any) -> None:
        self._file.write(json.dumps({"event": event, **values}) + "\n")
        self._file.flush()
