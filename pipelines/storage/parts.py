"""Images made ready to be stored, in parts: what a preparation that was interrupted need not do again."""

from dataclasses import dataclass, fields
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
        sizes: (n,) bytes of each; 0: the image can't be read.
        digests: (n, 16) of each one's pixels.
        hashes: (n,) perceptual hash of each; 0: the image has none.
        thumbnails: (n, 8, 8, 3) of each.
        sums: (n, 2, 3) of each one's pixels and of their squares, from 0 to 1, a channel.
        reasons: why images can't be read, a line for each of n, encoded as file names are.
    """

    data: NDArray[np.uint8]
    sizes: NDArray[np.int64]
    digests: NDArray[np.uint8]
    hashes: NDArray[np.uint64]
    thumbnails: NDArray[np.uint8]
    sums: NDArray[np.float64]
    reasons: NDArray[np.uint8]

    def save(self, path: Path) -> None:
        """Writes the part, whole or not at all."""
        with atomic_write(path) as partial:
            save_file({field.name: getattr(self, field.name) for field in fields(self)}, partial)

    @classmethod
    def load(cls, path: Path) -> Self | None:
        """Reads the part in ``path``; None: there is no whole part."""
        try:
            return cls(**load_file(path))
        except (FileNotFoundError, SafetensorError):
            return None
