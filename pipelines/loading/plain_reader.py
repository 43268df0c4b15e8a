"""Reads ``.beton`` files with numpy and OpenCV, where FFCV can't be built."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from pipelines.loading.reader import Order
from pipelines.storage.beton import BetonFile
from pipelines.training.source import Batches

_AHEAD = 2


class PlainReader:
    """Decodes ahead in threads: OpenCV and numpy let go of the interpreter while they work."""

    def __init__(self, path: Path, batch_size: int, workers: int) -> None:
        self._file = BetonFile(path)
        self._batch_size = batch_size
        self._workers = workers
        self.labels = self._file.labels

    @contextmanager
    def batches(self, order: Order) -> Iterator[Batches]:
        """One pass over ``order``; see :class:`pipelines.loading.reader.Reader`."""
        with ThreadPoolExecutor(self._workers, thread_name_prefix="plain-reader") as pool:
            try:
                yield self._read_ahead(pool, order)
            finally:
                pool.shutdown(cancel_futures=True)

    def _read_ahead(self, pool: ThreadPoolExecutor, order: Order) -> Batches:
        waiting: deque[Future[tuple[Tensor, Tensor]]] = deque()
        for start in range(0, len(order), self._batch_size):
            waiting.append(pool.submit(self._read, order[start : start + self._batch_size]))
            if len(waiting) > _AHEAD + self._workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def _read(self, indices: Order) -> tuple[Tensor, Tensor]:
        images = np.stack([self._file.image(int(index)) for index in indices])
        return torch.from_numpy(images).permute(0, 3, 1, 2), torch.from_numpy(self.labels[indices])
