"""A driver at work, with made-up workers."""

from pipelines.training.epoch import Epoch
from search.run.driver import Driver
from search.run.task import TrialTask
from search.run.worker_failures import FailureCause
from search.study.trial import TrialRecord, TrialResult
from tests.search.factory import quality, result

NO_MEMORY = TrialResult(failure="OutOfMemoryError: 20 GiB", host="here")
DIVERGED = TrialResult(failure="DivergedError: training loss is nan")


class Notes:
    """An observer that notes its notifications."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def trial_started(self, trial: TrialRecord) -> None:
        self.heard.append(f"{trial.number} started")

    def epoch_done(self, trial: TrialRecord, epoch: Epoch) -> None:
        self.heard.append(f"{trial.number} epoch {epoch.number}")

    def trial_lost(self, trial: TrialRecord, reason: str) -> None:
        self.heard.append(f"{trial.number} lost: {reason}")

    def trial_ended(self, trial: TrialRecord) -> None:
        self.heard.append(f"{trial.number} {trial.status}")


def work(driver: Driver, count: int = 1000) -> None:
    """Trains up to ``count`` networks, as a made-up worker."""
    for _ in range(count):
        task = driver.next_task()
        if task is None:
            return
        task.weights.parent.mkdir(exist_ok=True)
        task.weights.write_bytes(b"weights")
        driver.trial_ended(task.number, result(quality(task.candidate.arch)))


def begin_two(driver: Driver) -> tuple[TrialTask, TrialTask]:
    """The next two trials, running."""
    one, other = driver.next_task(), driver.next_task()
    assert one is not None
    assert other is not None
    return one, other


def lose(driver: Driver, times: int, cause: FailureCause = FailureCause.DIED) -> list[int]:
    """Starts trials and loses their workers, one after the other; the trials' numbers."""
    lost = []
    for _ in range(times):
        task = driver.next_task()
        assert task is not None
        driver.trial_lost(task.number, "it died", cause)
        lost.append(task.number)
    return lost


def run_out(driver: Driver, times: int) -> list[int]:
    """Starts trials that run out of memory, one after the other; their numbers."""
    numbers = []
    for _ in range(times):
        task = driver.next_task()
        assert task is not None
        driver.trial_out_of_memory(task.number, NO_MEMORY)
        numbers.append(task.number)
    return numbers


def diverge(driver: Driver, times: int = 1) -> None:
    """Trains networks that diverge, one after the other."""
    for _ in range(times):
        task = driver.next_task()
        assert task is not None
        driver.trial_ended(task.number, DIVERGED)
