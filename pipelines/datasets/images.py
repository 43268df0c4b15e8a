"""Labelled images before they are prepared: where they are, what they show, which split they belong to."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from pipelines.errors import DataError
from pipelines.split import SPLITS, Split


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledImage:
    """One image, on disk or in memory.

    Attributes:
        where: what to call it in a message: its path, or its place in a set.
        label: index of its class.
        pixels: (height, width, 3) uint8 where the image is in memory; None: it is the file ``where``.
    """

    where: str
    label: int
    pixels: NDArray[np.uint8] | None = None

    def load(self) -> Image.Image:
        """The image in RGB, turned upright as its EXIF orientation says.

        Raises:
            DataError: the file is not an image, or not a whole one.
        """
        if self.pixels is not None:
            return Image.fromarray(self.pixels)
        try:
            with Image.open(self.where) as image:
                return ImageOps.exif_transpose(image).convert("RGB")
        except (OSError, UnidentifiedImageError, Image.DecompressionBombError, ValueError, SyntaxError) as error:
            raise DataError(f"{self.where}: unreadable image ({type(error).__name__})") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageDataset:
    """A data set in its three splits.

    Attributes:
        name: of the set.
        classes: names by label.
        splits: the images of ``train``, ``val`` and ``test``.
        made: how the splits came to be, for the manifest.
    """

    name: str
    classes: tuple[str, ...]
    splits: dict[Split, tuple[LabelledImage, ...]]
    made: str

    def __post_init__(self) -> None:
        if len(self.classes) < 2:
            raise DataError(f"{self.name}: needs at least 2 classes, found {len(self.classes)}")
        for split in SPLITS:
            if not self.splits[split]:
                raise DataError(f"{self.name}: no images in the {split} split")
        counts = Counter(image.label for image in self.splits["train"])
        for label, name in enumerate(self.classes):
            if not counts[label]:
                raise DataError(f"{self.name}: class {name!r} has no images to train on")
