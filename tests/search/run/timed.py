"""Made-up workers whose trainings take time, by a clock of their own."""

from dataclasses import replace
from heapq import heappop, heappush

from search.run.driver import Driver
from search.run.task import TrialTask
from search.run.time_budget import TimeBudget
from search.study.folder import RunFolder
from search.study.study import StudyRecord
from search.study.trial import TrialRecord, TrialResult
from tests.search.factory import quality, result

EPOCHS = 2


class Workers:
    """Made-up workers and the clock that they live by: a training takes time in proportion to its FLOPs."""

    def __init__(self, record: StudyRecord) -> None:
        self.now = 0.0
        self._record = record
        self._ends: list[tuple[float, int, TrialTask]] = []

    def clock(self) -> float:
        return self.now

    def seconds(self, task: TrialTask) -> float:
        return self._record.spec.search_space.costs_of(task.candidate)["flops"] / 1e4

    def work(self, driver: Driver, at_once: int = 1) -> None:
        """Trains until nothing more is started."""
        while True:
            while len(self._ends) < at_once and (task := driver.next_task()) is not None:
                heappush(self._ends, (self.now + self.seconds(task), task.number, task))
            if not self._ends:
                return
            self.now, number, task = heappop(self._ends)
            driver.trial_ended(number, self.result_of(task))

    def result_of(self, task: TrialTask) -> TrialResult:
        return replace(result(quality(task.candidate.arch), EPOCHS), seconds=self.seconds(task))


def begin(
    folder: RunFolder, workers: Workers, seconds: float, trials: int | None = None, seconds_run: float = 0.0
) -> Driver:
    """A driver that may run for so many seconds in all."""
    time = TimeBudget(EPOCHS, seconds / 3600, seconds_run=seconds_run, clock=workers.clock)
    return Driver(folder, folder.open_record(), trials, time=time)


def seconds_of(trials: tuple[TrialRecord, ...]) -> list[float]:
    """The time that each training takes at the usual pace."""
    return [trial.costs["flops"] / 1e4 for trial in trials]
