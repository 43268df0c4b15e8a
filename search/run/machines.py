"""Machines of a Ray cluster that train one network together, by Ray Train."""

import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import ray
import torch

from pipelines.training.divergence import DivergedError
from pipelines.training.team import Team
from search.errors import UsageError

_RETRIES = 3  # of a training, from its last checkpoint, when a machine is lost
_DIVERGED = "diverged"

Work = Callable[[Team, torch.device], None]


class LostError(Exception):
    """The machines failed too often, or what they ran did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machines:
    """What a training asks of the cluster: ``workers``, each with ``cpus`` and, where ``gpu``, one GPU."""

    workers: int
    cpus: int
    gpu: bool

    def on(self, machine: dict[str, float]) -> int:
        """How many of the workers a machine with such resources has room for."""
        by_cpu = int(machine.get("CPU", 0)) // self.cpus
        return min(by_cpu, int(machine.get("GPU", 0))) if self.gpu else by_cpu


def chosen_machines(workers: int, cpus: int | None, device: str | None, *, grows: bool) -> Machines:
    """What so many ``workers`` get of the connected cluster.

    Args:
        workers: how many.
        cpus: of each; None: their share of the cores of the machine that has most.
        device: ``cpu`` or ``cuda``; None: GPUs where the cluster has any.
        grows: whether machines may come that are not there yet.

    Raises:
        UsageError: the machines are too small, and none can come.
    """
    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    gpu = device == "cuda" or (device is None and any(node.get("GPU") for node in nodes))
    largest = max(nodes, key=lambda node: node.get("CPU", 0))
    sharing = max(1, int(largest.get("GPU", 0))) if gpu else -(-workers // len(nodes))
    machines = Machines(workers=workers, cpus=cpus or max(1, int(largest.get("CPU", 1)) // sharing), gpu=gpu)
    if not grows and sum(machines.on(node) for node in nodes) < workers:
        each = f"{machines.cpus} CPUs{' and a GPU' if gpu else ''}"
        raise UsageError(f"--workers {workers}: this machine has not {each} for each; ask for fewer, or fewer --cpus")
    return machines


def train_together(work: Work, machines: Machines, *, notes: Path) -> None:
    """Runs ``work`` on all workers at once, and again, a few times, when one is lost.

    Args:
        work: what each worker does, a function that can be pickled; its team is joined by PyTorch's process group.
        machines: which workers.
        notes: a folder that all machines see, for Ray's own notes; removed at the end.

    Raises:
        DivergedError: ``work`` raised it, in all workers alike.
        LostError: the workers were lost, or ``work`` failed otherwise, once more than is tried again.
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
    try:
        result = trainer.fit()
    except train.TrainingFailedError as error:
        raise LostError(_cause(error)) from error
    finally:
        shutil.rmtree(notes, ignore_errors=True)
    if result.metrics and _DIVERGED in result.metrics:
        raise DivergedError(result.metrics[_DIVERGED])


def _member(config: dict[str, Any]) -> None:
    from ray import train
    from ray.train.torch import get_device

    torch.set_num_threads(config["cpus"])
    context = train.get_context()
    try:
        config["work"](Team(context.get_world_rank(), context.get_world_size()), get_device())
    except DivergedError as error:  # no fault of a machine: not to be tried again
        train.report({_DIVERGED: str(error)})


def _cause(error: BaseException) -> str:
    while error.__cause__ is not None:
        error = error.__cause__
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[-1] if lines else ''}"
