"""Runs a search: Ray Tune executes what the driver decides."""

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pickle import UnpicklingError
from typing import Any

import ray
from ray import tune

from pipelines.system_errors import NO_SPACE
from search.config.settings import ResourcesSection
from search.ray_backend.cluster import concurrency
from search.ray_backend.searcher import DriverScheduler, DriverSearcher, ErrorsToSearcher, StopAtOnce
from search.ray_backend.trial_worker import TASK, TrialWorker
from search.ray_backend.worker_failure import WorkerOutOfMemoryError
from search.run.driver import Driver
from search.run.observer import Observer
from search.run.run_log import LogFile
from search.run.time_budget import TimeBudget
from search.study.folder import RunFolder
from search.study.study import StudyRecord
from search.study.trial import TrialRecord

_MANY = 10_000  # trials may wait for machines, so that these come all at once; the searcher knows how many shall


def run_search(
    folder: RunFolder,
    record: StudyRecord,
    *,
    trials: int | None,
    observers: Sequence[Observer] = (),
    begun: Sequence[TrialRecord] | None = None,
    time: TimeBudget | None = None,
    trainable: type[tune.Trainable] = TrialWorker,
    on_interrupt: Callable[[], None] = lambda: None,
) -> Driver:
    """Runs trials on the Ray cluster that is connected until the record holds ``trials``, or the time is up.

    Args:
        folder: of the run, new or interrupted; its lock is held.
        record: of the run; this process is the only one that writes there.
        trials: how many trials the record shall hold; None: no number limits the search.
        observers: are notified of everything.
        begun: all trials of the record, by number; None: they are read from it.
        time: the time that the search has; None: as long as it takes.
        trainable: the class that trains a task.
        on_interrupt: called at the first Ctrl-C, as workers take seconds to end; the second one waits for nothing.

    Returns:
        The driver. Where it is not ``finished``, the space is ``exhausted``, there was a ``problem``, or the
        search was interrupted.

    Raises:
        UsageError: the record's database failed.
        OSError: Tune could not write its notes, for another reason than a full disk.
    """
    spec = record.spec
    driver = Driver(folder, record, trials, observers, begun, time)
    if driver.finished:
        _tidy(driver, folder)  # a kill may have come before that
        driver.conclude()
        return driver
    _quieten(folder)
    _set_up_tune()
    searcher = DriverSearcher(driver, slots=lambda: concurrency(spec))
    try:
        with _interruptible(searcher, on_interrupt):
            _tuner(trainable, searcher, folder, spec.resources).fit()
    except OSError as error:
        if error.errno not in NO_SPACE:
            raise
        driver.stop(str(error))  # Tune could not write its own notes
    except (EOFError, UnpicklingError):  # nor read again what it wrote half of
        driver.stop(f"{folder.path}: can't be written; is the disk full?")
    if searcher.error is not None:
        raise searcher.error
    _tidy(driver, folder)
    driver.conclude()
    return driver


def _tidy(driver: Driver, folder: RunFolder) -> None:
    """Removes the files that only a search in progress needs, unless a later launch goes on with a training."""
    unfinished = driver.time_up is not None and driver.time_up.unfinished
    if (driver.finished or driver.exhausted) and not unfinished:
        folder.tidy()


def _set_up_tune() -> None:
    """Sets what Tune reads from the environment, and the exception that it expects of a worker without memory."""
    WorkerOutOfMemoryError.introduce()
    os.environ["TUNE_MAX_PENDING_TRIALS_PG"] = str(_MANY)
    os.environ["TUNE_DISABLE_SIGINT_HANDLER"] = "1"  # Tune's says what it does in a log alone
    os.environ["TUNE_GLOBAL_CHECKPOINT_S"] = "inf"  # the record is what a search goes on from


def _tuner(
    trainable: type[tune.Trainable], searcher: DriverSearcher, folder: RunFolder, resources: ResourcesSection
) -> tune.Tuner:
    """Returns Tune, set to run what ``searcher`` suggests and to leave all else to it."""
    return tune.Tuner(
        tune.with_resources(trainable, {"cpu": resources.cpus, "gpu": resources.gpus}),
        tune_config=tune.TuneConfig(
            search_alg=searcher,
            scheduler=DriverScheduler(searcher),
            num_samples=-1,  # the driver says when to stop
            reuse_actors=True,
            trial_name_creator=_name,
            trial_dirname_creator=_name,
        ),
        run_config=tune.RunConfig(
            name=folder.ray_notes.name,
            storage_path=str(folder.ray_notes.parent),
            callbacks=[ErrorsToSearcher(searcher)],
            stop=StopAtOnce(searcher),
            # Tune's own retries miss a reused worker that dies between two trials; the driver's do not.
            failure_config=tune.FailureConfig(max_failures=0),
            checkpoint_config=tune.CheckpointConfig(checkpoint_at_end=False),  # weights go to the run's folder
            verbose=0,
        ),
    )


@contextmanager
def _interruptible(searcher: DriverSearcher, on_interrupt: Callable[[], None]) -> Iterator[None]:
    """Ends the search in order at the first Ctrl-C; in another thread than the main one, does nothing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)

    def interrupt(*_: object) -> None:
        signal.signal(signal.SIGINT, before)
        searcher.interrupted = True
        on_interrupt()

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _quieten(folder: RunFolder) -> None:
    """Redirects Ray's messages from the screen to the run's ``ray.log``."""
    os.environ["TUNE_DISABLE_AUTO_CALLBACK_LOGGERS"] = "1"  # the record and MLflow hold all that those would
    os.environ["RAY_AIR_NEW_OUTPUT"] = "0"  # the newer reporter prints whatever its verbosity
    ray_logger = logging.getLogger("ray")
    ray_logger.handlers = [LogFile(folder.path / "ray.log")]
    ray_logger.propagate = False

    def to_log(data: dict[str, Any], ignore_prefix: bool) -> None:
        ray_logger.warning("\n".join(data["lines"]))

    # What a cluster says of machines that go away is printed, by a thread that no setting turns off. Private, as Ray
    # (2.60) has no public hook for what it prints.
    ray._private.worker.print_to_stdstream = to_log


def _name(trial: tune.experiment.Trial) -> str:
    return f"trial-{trial.config[TASK].number:05d}"
