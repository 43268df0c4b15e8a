"""Several ``.beton`` files as one."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipelines.storage.beton import BetonFile, Images


class ImageFile(Protocol):
    """Images that are read by their indices: a :class:`~pipelines.storage.beton.BetonFile`, or several.

    Attributes:
        labels: (samples,) int64.
        size: height and width of every image.
    """

    labels: NDArray[np.int64]
    size: int

    def __len__(self) -> int: ...

    def images(self, indices: NDArray[np.int64]) -> Images:
        """Returns the images of ``indices``, in their order: (images, size, size, 3) RGB."""
        ...


class JoinedFiles:
    """The images of the first file, then those of the next.

    Args:
        files: at least one, with images of one size.

    Attributes:
        labels: (samples,) int64.
        size: height and width of every image.
    """

    def __init__(self, files: Sequence[BetonFile]) -> None:
        self._files = files
        self._starts = np.cumsum([0, *(len(file) for file in files)])
        self.labels = np.concatenate([file.labels for file in files])
        self.size = files[0].size

    def __len__(self) -> int:
        return len(self.labels)

    def images(self, indices: NDArray[np.int64]) -> Images:
        """Returns the images of ``indices``, in their order: (images, size, size, 3) RGB.

        Raises:
            NotJpegError: the bytes of an image are not a JPEG image of the file's size.
        """
        images = np.empty((len(indices), self.size, self.size, 3), np.uint8)
        of = np.searchsorted(self._starts, indices, side="right") - 1
        for number in np.unique(of):
            there = of == number
            images[there] = self._files[number].images(indices[there] - self._starts[number])
        return images
