"""Keeps all images of ``.beton`` files on the device: decoded once, then only gathered."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor

from pipelines.loading.base import Order
from pipelines.storage.joined_files import ImageFile
from pipelines.training.source import Batches

_CHUNK = 256  # images that a thread decodes before they go to the device


class ResidentReader:
    """The images as one uint8 tensor, (samples, size, size, 3). A pass starts at once and needs no threads."""

    def __init__(self, file: ImageFile, workers: int, device: torch.device) -> None:
        self.labels = file.labels
        self._device = device
        with torch.inference_mode(False):  # whoever opens it, trainings will read it
            self._labels = torch.from_numpy(file.labels).to(device)
            self._pixels = torch.empty((len(file), file.size, file.size, 3), dtype=torch.uint8, device=device)
        parts = np.split(np.arange(len(file)), range(_CHUNK, len(file), _CHUNK))
        with ThreadPoolExecutor(workers, thread_name_prefix="resident-reader") as pool:
            list(pool.map(lambda part: self._load(file, part), parts))

    def _load(self, file: ImageFile, part: Order) -> None:
        self._pixels[int(part[0]) : int(part[-1]) + 1] = torch.from_numpy(file.images(part))

    @contextmanager
    def batches(self, order: Order, batch_size: int) -> Iterator[Batches]:
        """Opens one pass over samples; see :class:`pipelines.loading.base.Reader`.

        Args:
            order: indices of samples, (n,), in the order of the pass.
            batch_size: images a batch; the last batch may be smaller.
        """
        yield (self._gather(indices) for indices in torch.split(torch.from_numpy(order).to(self._device), batch_size))

    def _gather(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        return self._pixels.index_select(0, indices).permute(0, 3, 1, 2), self._labels.index_select(0, indices)
