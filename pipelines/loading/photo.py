"""One photograph, seen as a network sees the images of its data."""

from pathlib import Path

import torch
from torch import Tensor

from pipelines.datasets.images import LabelledImage
from pipelines.loading.augment import resize
from pipelines.storage.making import square


def read_photo(path: Path, image_size: int, input_size: int) -> Tensor:
    """Reads the middle square of a photograph, as ``prepare`` stores it and as evaluation resizes it.

    Args:
        path: of the photograph.
        image_size: height and width of the stored images in pixels.
        input_size: height and width of the network's images in pixels.

    Returns:
        (1, 3, input_size, input_size) floats from 0 to 255.

    Raises:
        DataError: the file is not an image, or not a whole one.
    """
    pixels = torch.from_numpy(square(LabelledImage(where=str(path), label=0).load(), image_size).copy())
    return resize(pixels.permute(2, 0, 1).unsqueeze(0).float(), input_size)
