"""What every reader of a ``.beton`` file offers, and the choice between them."""

from contextlib import AbstractContextManager
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from pipelines.training.source import Batches

ReaderKind = Literal["ffcv", "plain"]
Order = NDArray[np.int64]


class Reader(Protocol):
    """Reads images in batches, in any order asked for.

    Attributes:
        labels: (samples,) int64, of the whole file.
    """

    labels: NDArray[np.int64]

    def batches(self, order: Order) -> AbstractContextManager[Batches]:
        """Opens one pass over the samples of ``order``, which may be left early.

        The iterator gives (images, labels): uint8 of shape (batch, 3, size, size) in channels_last, and
        int64 of shape (batch,). The last batch may be smaller. A batch is valid until the next is asked for.
        """
        ...


def open_reader(path: Path, batch_size: int, workers: int, kind: ReaderKind | None = None) -> Reader:
    """Opens ``path`` with FFCV, or with the plain reader where FFCV is not installed.

    Args:
        path: a ``.beton`` file that has been verified.
        batch_size: samples a batch.
        workers: threads that decode.
        kind: which reader; None chooses.
    """
    kind = kind or default_reader()
    if kind == "ffcv":
        from pipelines.loading.ffcv_reader import FfcvReader

        return FfcvReader(path, batch_size, workers)
    from pipelines.loading.plain_reader import PlainReader

    return PlainReader(path, batch_size, workers)


def default_reader() -> ReaderKind:
    """``ffcv`` where it is installed, else ``plain``."""
    return "ffcv" if find_spec("ffcv") is not None else "plain"
