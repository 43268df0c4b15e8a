"""Streams ``.beton`` files with numpy and libjpeg-turbo, where FFCV can't be built."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import torch
from torch import Tensor

from pipelines.loading.base import Order
from pipelines.storage.joined_files import ImageFile
from pipelines.training.source import Batches

_AHEAD = 2


class PlainReader:
    """Decodes ahead in threads: libjpeg-turbo and numpy let go of the interpreter while they work."""

    def __init__(self, file: ImageFile, workers: int) -> None:
        self._file = file
        self._workers = workers
        self.labels = self._file.labels

    @contextmanager
    def batches(self, order: Order, batch_size: int) -> Iterator[Batches]:
        """Opens one pass over samples; see :class:`pipelines.loading.base.Reader`.

        Args:
            order: indices of samples, (n,), in the order of the pass.
            batch_size: images a batch; the last batch may be smaller.
        """
        with ThreadPoolExecutor(self._workers, thread_name_prefix="plain-reader") as pool:
            try:
                yield self._read_ahead(pool, order, batch_size)
            finally:
                pool.shutdown(cancel_futures=True)

    def _read_ahead(self, pool: ThreadPoolExecutor, order: Order, batch_size: int) -> Batches:
        waiting: deque[Future[tuple[Tensor, Tensor]]] = deque()
        for start in range(0, len(order), batch_size):
            waiting.append(pool.submit(self._read, order[start : start + batch_size]))
            if len(waiting) > _AHEAD + self._workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def _read(self, indices: Order) -> tuple[Tensor, Tensor]:
        return torch.from_numpy(self._file.images(indices)).permute(0, 3, 1, 2), torch.from_numpy(self.labels[indices])
