"""Reads ``.beton`` files with FFCV, its traps closed. The only file that imports FFCV.

This module uses the compiled decoding of the loader of FFCV 1.0.2, and replaces the other parts:

- the order is ours: FFCV's own is drawn from seed + epoch, so seed 0 epoch 1 repeats seed 1 epoch 0;
- the pipeline ends at ToTorchImage: a compiled stage after an uncompiled one never returns (issue 350);
- a pass that is left early is closed and its thread joined; FFCV leaks both (issue 345);
- a failure in the decoding thread is raised; FFCV's consumer waits for ever (issue 372);
- its import compiles nothing: two constants in a compiled dictionary cost five seconds in every worker;
- torch's thread count is left alone; FFCV sets it at import and at every pass;
- the last, smaller batch is kept; FFCV drops it by default.

FFCV follows the offsets in a file without checking them: open only files that have been verified.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from typing import Any

import numba.typed
import torch

from pipelines.errors import DataError
from pipelines.loading.base import Order
from pipelines.storage.beton import BetonFile
from pipelines.training.source import Batches

_torch_threads, _typed_dict = torch.get_num_threads(), numba.typed.Dict
numba.typed.Dict = dict
from ffcv.fields.decoders import IntDecoder, SimpleRGBImageDecoder  # noqa: E402
from ffcv.loader import Loader  # noqa: E402
from ffcv.pipeline.compiler import Compiler  # noqa: E402
from ffcv.transforms import ToTensor, ToTorchImage  # noqa: E402

numba.typed.Dict = _typed_dict
torch.set_num_threads(_torch_threads)  # the import set it to 1


class DecodingError(DataError):
    """FFCV's thread failed; only the log of the process shows where."""


_AHEAD = 2
_POLL_SECONDS = 1.0


class _OrderedLoader(Loader):  # type: ignore[misc]
    """FFCV's loader, visiting the samples of ``order``."""

    order: Order | None = None

    def next_traversal_order(self) -> Order:
        return self.indices if self.order is None else self.order

    def start(self, order: Order, batch_size: int) -> Any:
        self.batch_size = batch_size
        self.order = self.first_traversal_order = order
        return iter(self)


class FfcvReader:
    """Decodes in native threads. Compiling takes about a second, at the first pass; keep the reader."""

    def __init__(self, path: Path, workers: int) -> None:
        self._path = path
        self.labels = BetonFile(path).labels
        Compiler.set_num_threads = classmethod(_set_numba_threads)  # FFCV's sets torch's count as well
        cores = min(len(os.sched_getaffinity(0)), numba.config.NUMBA_NUM_THREADS)
        self._loader = _OrderedLoader(
            str(path),
            batch_size=1,  # set at every pass: what is compiled takes any
            num_workers=min(workers, cores),
            drop_last=False,
            batches_ahead=_AHEAD,
            pipelines={
                "image": [SimpleRGBImageDecoder(), ToTensor(), ToTorchImage()],
                "label": [IntDecoder(), ToTensor()],
            },
        )

    @contextmanager
    def batches(self, order: Order, batch_size: int) -> Iterator[Batches]:
        """Opens one pass over samples; see :class:`pipelines.loading.base.Reader`.

        Args:
            order: indices of samples, (n,), in the order of the pass.
            batch_size: images a batch; the last batch may be smaller.
        """
        producer = self._loader.start(order, batch_size)
        try:
            yield self._consume(producer)
        finally:
            producer.iter_ixes = iter(())  # nothing more to decode: it ends after the batch it is at
            producer.close()
            while producer.is_alive():  # it may be waiting for a place in the queue
                _drain(producer)
                producer.join(timeout=0.01)

    def _consume(self, producer: Any) -> Batches:
        while True:
            try:
                item = producer.output_queue.get(timeout=_POLL_SECONDS)
            except Empty:
                if producer.is_alive() or not producer.output_queue.empty():
                    continue
                raise DecodingError(
                    "FFCV failed while decoding", where=self._path, remedy="the log of this process says why"
                ) from None
            if item is None:
                return
            _, (images, labels) = item
            yield images, labels.flatten()


def _set_numba_threads(cls: type[Compiler], count: int) -> None:
    cls.num_threads = count
    numba.set_num_threads(count)


def _drain(producer: Any) -> None:
    try:
        while True:
            producer.output_queue.get_nowait()
    except Empty:
        return
