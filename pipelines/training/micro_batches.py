"""Batches cut into micro-batches where memory does not hold them whole."""

import re
from collections.abc import Callable

import torch
from torch import Tensor

from pipelines.errors import first_line

SMALLEST_MICRO_BATCH = 8  # images: the statistics that norms take of fewer are noise
# What is raised as a plain RuntimeError: by torch's allocator for the CPU and by the system; by CUDA and Triton; by
# cuBLAS and cuDNN, each in its own words; by C++ libraries.
_NO_MEMORY = re.compile(
    r"can't allocate memory|Cannot allocate memory|CUDA.*: out of memory|ALLOC(ATION)?_FAILED|std::bad_alloc"
)


class MicroBatches:
    """Cuts batches into equal parts: one to begin with, twice as many whenever memory runs out.

    Attributes:
        number: how many micro-batches a batch is cut into now.
    """

    def __init__(self) -> None:
        self.number = 1

    def each(
        self,
        images: Tensor,
        labels: Tensor,
        work: Callable[[Tensor, Tensor], Tensor],
        undo: Callable[[], None] = lambda: None,
    ) -> list[Tensor]:
        """Calls a function for each micro-batch of a batch, and returns its results in order.

        Args:
            images: of the batch, (batch, 3, height, width).
            labels: of the batch, (batch,) or (batch, classes).
            work: called for each micro-batch; after a lack of memory it is called for the whole batch again.
            undo: called before ``work`` is called again.

        Raises:
            torch.OutOfMemoryError: memory holds not even 8 images.
            RuntimeError: ``work`` raised it for another reason than a lack of memory.
        """
        while True:
            size = -(-len(images) // self.number)
            try:
                micro_batches = zip(images.chunk(self.number), labels.chunk(self.number), strict=True)
                return [work(*micro_batch) for micro_batch in micro_batches]
            except RuntimeError as error:
                if not out_of_memory(error):
                    raise
                problem = first_line(error)
            # Out of the except clause: what the failed attempt holds is free by now.
            if size // 2 < SMALLEST_MICRO_BATCH:
                raise torch.OutOfMemoryError(
                    f"not even {size} images of a batch of {len(images)} fit into memory: {problem}"
                )
            undo()
            if images.device.type == "cuda":
                torch.cuda.empty_cache()
            self.number *= 2


def out_of_memory(error: RuntimeError) -> bool:
    """Whether an error of torch, or of a library that it calls, is a lack of memory, on a GPU or for the CPU."""
    return isinstance(error, torch.OutOfMemoryError) or _NO_MEMORY.search(str(error)) is not None
