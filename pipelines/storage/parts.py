"""Images made ready to be stored, in parts: what a preparation that was interrupted need not do again."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from pipelines.files import atomic_write

IMAGES = 1024  # in a part; large ones fewer, and the last part may have fewer
_MEMORY = 1 << 28  # bytes of pixels at a time
DIGEST_BYTES = 16


def images_in_a_part(size: int) -> int:
    """Returns the number of images of ``size`` pixels in a part, whose pixels memory holds all at once."""
    return min(IMAGES, max(16, _MEMORY // (3 * size**2)))


@dataclass(frozen=True, slots=True)
class Part:
    """Some images that follow each other, encoded.

    Attributes:
        data: their bytes, one image after the other.
        sizes: (n,) bytes of each.
        digests: (n, 16) of each one's pixels.
        sums: (2, 3) of the pixels and of their squares, from 0 to 1, a channel.
    """

    data: NDArray[np.uint8]
    sizes: NDArray[np.int64]
    digests: NDArray[np.uint8]
    sums: NDArray[np.float64]

    def save(self, path: Path) -> None:
        """Writes the part, whole or not at all."""
        with atomic_write(path) as partial:
            save_file({"data": self.data, "sizes": self.sizes, "digests": self.digests, "sums": self.sums}, partial)

    @classmethod
    def load(cls, path: Path) -> Self | None:
        """Reads the part in ``path``; None: there is no whole part."""
        try:
            return cls(**load_file(path))
        except (FileNotFoundError, SafetensorError):
            return None
