"""Workers that train one network together, each on its part of every batch.

A step's gradient is the mean over the whole batch, so the weights are those that one worker would get, but for
rounding and for what a worker draws or counts in its part alone: norms' statistics, as with PyTorch's
DistributedDataParallel (Li et al., "PyTorch Distributed", 2020, section 3, https://arxiv.org/abs/2006.15704), dropout,
and the pairs of mixup and CutMix. Sending does not overlap with computing: a few million weights take milliseconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor

from pipelines.errors import DetailedError


class UnequalSharesError(DetailedError):
    """Workers can't take equally many images of a batch.

    Attributes:
        batch_size: images of a batch.
        workers: how many there are.
    """

    def __init__(self, batch_size: int, workers: int) -> None:
        super().__init__(f"batches of {batch_size} can't be shared equally by {workers} workers")
        self.batch_size = batch_size
        self.workers = workers


@dataclass(frozen=True, slots=True)
class WorkerGroup:
    """This worker's rank in its group; torch's default process group joins them, where there are several.

    Attributes:
        rank: from 0; the worker of rank 0 writes what the group has to say.
        size: how many workers there are.
    """

    rank: int = 0
    size: int = 1

    @property
    def is_leader(self) -> bool:
        """Whether this worker writes for all."""
        return self.rank == 0

    def share_of(self, batch_size: int) -> int:
        """Returns the number of a batch's images for each worker.

        Raises:
            UnequalSharesError: the workers can't take equally many.
        """
        if batch_size % self.size:
            raise UnequalSharesError(batch_size, self.size)
        return batch_size // self.size

    def check_equal(self, what: str, value: int, device: torch.device) -> None:
        """Checks that all workers have the same value; every worker of the group must call it.

        Args:
            what: the name of the value, for the message.
            value: of this worker, at most 2**53.
            device: of the tensors that workers exchange.

        Raises:
            RuntimeError: the values differ, as where a shared folder shows workers different files.
        """
        mean = torch.tensor([value], dtype=torch.float64, device=device)
        self.mean([mean])
        alike = torch.tensor([float(mean[0] == value)], device=device)
        self.sum([alike])  # all of them learn it: who went on alone would wait for ever
        if int(alike[0]) != self.size:
            raise RuntimeError(f"worker {self.rank}: {what} is {value} here, and another elsewhere")

    @torch.no_grad()
    def mean(self, tensors: Sequence[Tensor]) -> None:
        """Sets ``tensors``, in place, to their mean over the group; every worker has the same shapes."""
        self.sum(tensors)
        for tensor in tensors:
            tensor.mul_(1 / self.size)

    @torch.no_grad()
    def sum(self, tensors: Sequence[Tensor]) -> None:
        """Sets ``tensors``, in place, to their sum over the group; every worker has the same shapes."""
        if self.size == 1 or not tensors:
            return
        together = torch.cat([tensor.flatten() for tensor in tensors])  # sent at once
        dist.all_reduce(together)
        for tensor, values in zip(tensors, torch.split(together, [t.numel() for t in tensors]), strict=True):
            tensor.copy_(values.view(tensor.shape))

    @torch.no_grad()
    def joined(self, rows: Tensor) -> Tensor:
        """Returns the rows of all workers, one worker after another.

        Args:
            rows: of this worker, (its rows, ...); the number of rows may differ among workers.
        """
        if self.size == 1:
            return rows
        counts = torch.zeros(self.size, dtype=torch.int64, device=rows.device)
        counts[self.rank] = len(rows)
        self.sum([counts])
        first = int(counts[: self.rank].sum())
        whole = rows.new_zeros((int(counts.sum()), *rows.shape[1:]))
        whole[first : first + len(rows)] = rows
        self.sum([whole])
        return whole


SINGLE_WORKER = WorkerGroup()
