"""Machines of a Ray cluster that train one network together, by Ray Train."""

import logging
import os
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

import torch

from pipelines.training.divergence import DivergedError
from pipelines.training.worker_group import WorkerGroup
from search.errors import WorkersTooLargeError
from search.ray_backend.cluster import fitting, machines_there

_RETRIES = 3  # of a training, from its last checkpoint, when a worker fails
_LEFT_ALONE = ("Connection closed by peer", "Connection reset by peer", "NCCL")  # what the others say when one is lost

GroupWork = Callable[[WorkerGroup, torch.device], None]


class WorkersLostError(Exception):
    """The workers failed too often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machines:
    """The machines that a training needs: ``workers``, each with ``cpus`` and, where ``gpu``, one GPU."""

    workers: int
    cpus: int
    gpu: bool

    def fit(self, machines: Sequence[dict[str, float]]) -> bool:
        """Whether all workers fit on ``machines`` at once, each given by its resources as Ray names them."""
        return sum(fitting(machine, cpus=self.cpus, gpus=int(self.gpu)) for machine in machines) >= self.workers


def chosen_machines(workers: int, cpus: int | None, device: str | None, *, grows: bool) -> Machines:
    """Returns the resources that workers get of the connected cluster.

    Args:
        workers: how many.
        cpus: of each; None: as many as the present machines have for that number of workers.
        device: ``cpu`` or ``cuda``; None: GPUs where the cluster has any.
        grows: whether the cluster adds machines on demand.

    Raises:
        WorkersTooLargeError: the machines are too small and none can come, or nobody can say what those that come have.
    """
    there = machines_there()
    gpu = device == "cuda" or (device is None and any(machine.get("GPU") for machine in there))
    most = int(max((machine.get("CPU", 0) for machine in there), default=0))
    for each in [cpus] if cpus is not None else range(most, 0, -1):
        machines = Machines(workers=workers, cpus=each, gpu=gpu)
        if machines.fit(there) or (grows and cpus is not None and device is not None):
            return machines
    raise WorkersTooLargeError(workers, _needs(cpus, gpu=gpu), grows=grows)


def check_fits_here(workers: int, cpus: int | None, device: str | None) -> None:
    """Checks that workers have enough CPUs on this machine, before Ray has taken seconds to start on it.

    Args:
        workers: how many.
        cpus: of each; None: at least 1.
        device: ``cpu`` or ``cuda``, for the error message; None: a GPU where this machine has one.

    Raises:
        WorkersTooLargeError: the machine has too few.
    """
    if not Machines(workers=workers, cpus=cpus or 1, gpu=False).fit([{"CPU": os.cpu_count() or 1}]):
        gpu = device == "cuda" or (device is None and torch.cuda.is_available())
        raise WorkersTooLargeError(workers, _needs(cpus, gpu=gpu), grows=False)


def _needs(cpus: int | None, *, gpu: bool) -> str:
    return f"{cpus or 1} CPUs{' and a GPU' if gpu else ''} for each"


def train_together(work: GroupWork, machines: Machines, *, notes: Path) -> None:
    """Runs ``work`` on all workers at once, and up to three times again on all when one fails.

    Args:
        work: the work of each worker, a function that can be pickled; PyTorch's process group joins the workers.
        machines: the workers.
        notes: a folder that all machines see, for Ray's own notes; removed at the end.

    Raises:
        DivergedError: ``work`` raised it, in all workers alike.
        WorkersLostError: a worker failed once more than is tried again.
    """
    from ray import train
    from ray.train.torch import TorchTrainer

    logging.getLogger("ray.train").setLevel(logging.ERROR)
    trainer = TorchTrainer(
        _member,
        train_loop_config={"work": work, "cpus": machines.cpus},
        scaling_config=train.ScalingConfig(
            num_workers=machines.workers,
            use_gpu=machines.gpu,
            resources_per_worker={"CPU": machines.cpus, "GPU": int(machines.gpu)},
        ),
        # A name that was never used: Ray would go on from its own notes, ours is the checkpoint.
        run_config=train.RunConfig(
            name=uuid4().hex, storage_path=str(notes), failure_config=train.FailureConfig(max_failures=_RETRIES)
        ),
    )
    result: Future[Any] = Future()

    def fit() -> None:
        try:
            result.set_result(trainer.fit())
        except BaseException as error:
            result.set_exception(error)

    # In the main thread Ray would handle Ctrl-C itself, and end this process without a word.
    Thread(target=fit, name="ray-train", daemon=True).start()
    try:
        diverged = result.result().return_value
    except train.TrainingFailedError as error:
        raise WorkersLostError(_cause(error)) from error
    finally:
        shutil.rmtree(notes, ignore_errors=True)
    if diverged is not None:
        raise DivergedError(diverged)


def _member(config: dict[str, Any]) -> str | None:
    """Runs the work of one worker; returns why the training diverged, None where it did not."""
    from ray import train
    from ray.train.torch import get_device

    torch.set_num_threads(config["cpus"])
    context = train.get_context()
    try:
        config["work"](WorkerGroup(context.get_world_rank(), context.get_world_size()), get_device())
    except DivergedError as error:  # no fault of a machine: not to be tried again
        return str(error)
    return None


def _cause(error: BaseException) -> str:
    """Returns why, in one line: of several workers' failures the one that the others follow from."""
    failures = [_last_line(failure) for failure in getattr(error, "worker_failures", {}).values()]
    first = [line for line in failures if not any(words in line for words in _LEFT_ALONE)]
    return next(iter([*first, *failures, _last_line(error)]))


def _last_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[-1].strip() if lines else type(error).__name__
