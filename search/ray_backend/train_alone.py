"""Trains one network on a worker of the connected cluster, outside of any search."""

from collections.abc import Callable
from typing import Any

import ray
from ray.exceptions import RayError

from pipelines.training.epoch import Epoch
from search.ray_backend.trial_worker import EPOCH, RESULT, TASK, TrialWorker
from search.ray_backend.worker_failure import WorkerFailure
from search.run.task import TrialTask
from search.study.trial import TrialResult

_RETRIES = 3


class WorkerGoneError(RuntimeError):
    """Several workers in a row died."""


def train_alone(task: TrialTask, on_epoch: Callable[[Epoch], None] = lambda epoch: None) -> TrialResult:
    """Trains one network; where its worker dies or raises, another goes on from the last checkpoint, up to three times.

    Args:
        task: the training.
        on_epoch: called after each epoch but the last; after a worker was lost, it may get an epoch again.

    Raises:
        WorkerGoneError: one worker more was lost, or any other would fail in the same way.
    """
    losses = 0
    while True:
        worker = ray.remote(TrialWorker).options(num_cpus=task.cpus, num_gpus=task.gpus).remote({TASK: task})
        try:
            return _to_the_end(worker, on_epoch)
        except RayError as error:
            failure, losses = WorkerFailure.of_error(error), losses + 1
            if failure.is_fatal or losses > _RETRIES:
                raise WorkerGoneError("; ".join(filter(None, (failure.reason, failure.remedy)))) from error
        finally:
            ray.kill(worker)


def _to_the_end(worker: Any, on_epoch: Callable[[Epoch], None]) -> TrialResult:
    while True:
        report = ray.get(worker.step.remote())
        if RESULT in report:
            result: TrialResult = report[RESULT]
            return result
        on_epoch(report[EPOCH])
