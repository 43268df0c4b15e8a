"""What every reader of a ``.beton`` file offers, and the choice between them."""

from contextlib import AbstractContextManager
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from pipelines.training.source import Batches

ReaderKind = Literal["resident", "ffcv", "plain"]
Order = NDArray[np.int64]


class Reader(Protocol):
    """Reads images in batches, in any order asked for. All readers give the same pixels, to the bit.

    Attributes:
        labels: (samples,) int64, of the whole file.
    """

    labels: NDArray[np.int64]

    def batches(self, order: Order, batch_size: int) -> AbstractContextManager[Batches]:
        """Opens one pass over the samples of ``order``, which may be left early.

        The iterator gives (images, labels): uint8 of shape (batch, 3, size, size) in channels_last, and
        int64 of shape (batch,). The last batch may be smaller. A batch is valid until the next is asked for.
        """
        ...


def open_reader(path: Path, kind: ReaderKind, *, workers: int, device: torch.device) -> Reader:
    """Opens a ``.beton`` file.

    Args:
        path: a file that has been verified.
        kind: which reader.
        workers: threads that decode.
        device: where the batches of a resident reader are; the others' are on the CPU.
    """
    match kind:
        case "resident":
            from pipelines.loading.resident_reader import ResidentReader

            return ResidentReader(path, workers, device)
        case "ffcv":
            from pipelines.loading.ffcv_reader import FfcvReader

            return FfcvReader(path, workers)
        case "plain":
            from pipelines.loading.plain_reader import PlainReader

            return PlainReader(path, workers)


def choose_reader(data_bytes: int, memory: int) -> ReaderKind:
    """``resident`` where ``data_bytes`` of pixels fit in ``memory``, else ``ffcv`` if it is installed, or ``plain``."""
    if data_bytes <= memory:
        return "resident"
    return "ffcv" if find_spec("ffcv") is not None else "plain"
