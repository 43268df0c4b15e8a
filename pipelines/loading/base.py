"""What every reader of a ``.beton`` file offers."""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:  # torch takes seconds to import, and a search file names a reader without opening one
    from pipelines.training.source import Batches

ReaderKind = Literal["resident", "ffcv", "plain"]
Order = NDArray[np.int64]


class Reader(Protocol):
    """Reads images in batches, in any order asked for. All readers give the same pixels, to the bit.

    Attributes:
        labels: (samples,) int64, of the whole file.
    """

    labels: NDArray[np.int64]

    def batches(self, order: Order, batch_size: int) -> "AbstractContextManager[Batches]":
        """Opens one pass over samples, which may end early.

        The iterator gives (images, labels): uint8 of shape (batch, 3, size, size) in channels_last, and
        int64 of shape (batch,). A batch is valid until the next one is read.

        Args:
            order: indices of samples, (n,), in the order of the pass.
            batch_size: images a batch; the last batch may be smaller.
        """
        ...
