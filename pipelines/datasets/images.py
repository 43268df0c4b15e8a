"""Labelled images before they are prepared: where they are, what they show, which split they belong to."""

from collections import Counter
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from pipelines.errors import DataError, first_line
from pipelines.split import SPLITS, Split

STORED_SIZE = 64  # pixels, of a data set that says no other


class UnreadableImageError(DataError):
    """An image is not there, or not one, or not a whole one.

    Attributes:
        reason: in the words of the reader, without the path.
    """

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"unreadable image ({reason})", where=where)
        self.reason = reason


class UnknownGreyError(ValueError):
    """Grey in more than 16 bits does not say what is black and what is white."""


class TooFewClassesError(DataError):
    """A data set has nothing to tell apart.

    Attributes:
        classes: it has.
    """

    def __init__(self, name: str, classes: tuple[str, ...]) -> None:
        super().__init__(f"needs at least 2 classes, found {len(classes)}", where=name)
        self.classes = classes


class ClassNameError(DataError):
    """The name of a class is not UTF-8, so that a manifest can't have it."""


class EmptyClassError(DataError):
    """A class has no images to train on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledImage:
    """One image, on disk or in memory.

    Attributes:
        where: what to call it in a message: its path, also in an archive, or its index in a set.
        label: index of its class.
        pixels: (height, width, 3) uint8 where the image is in memory; None: it is a file.
        path: of the file; None: ``where`` is its path.
        group: images of one group, such as those of one patient, stay in one drawn split; None: the image is alone.
    """

    where: str
    label: int
    pixels: NDArray[np.uint8] | None = None
    path: Path | None = None
    group: str | None = None

    def name_below(self, source: Path | None) -> str:
        """Returns the path of the image below ``source``, with ``/`` between folders; ``where`` if it is not there.

        Args:
            source: the folder or archive of the images; None: there is none.
        """
        if source is None or self.pixels is not None or not Path(self.where).is_relative_to(source):
            return self.where
        return Path(self.where).relative_to(source).as_posix()

    def fingerprint(self) -> bytes:
        """Returns bytes that change when the image does: length and time of a file, or a digest of pixels.

        Raises:
            UnreadableImageError: there is no such file.
        """
        if self.pixels is not None:
            return blake2b(np.ascontiguousarray(self.pixels).tobytes(), digest_size=16).digest()
        try:
            status = self._file().stat()
        except OSError as error:
            raise UnreadableImageError(self.where, str(error.strerror)) from error
        return f"{status.st_size} {status.st_mtime_ns}".encode()

    def load(self) -> Image.Image:
        """Returns the image in RGB, upright according to its EXIF orientation.

        Raises:
            UnreadableImageError: the file is not an image, or not a whole one.
        """
        if self.pixels is not None:
            return Image.fromarray(self.pixels)
        try:
            with Image.open(self._file()) as image:
                return _in_rgb(ImageOps.exif_transpose(image))
        except Exception as error:  # Pillow's decoders raise whatever they like
            raise UnreadableImageError(self.where, _reason(error, self._file())) from error

    def _file(self) -> Path:
        return Path(self.where) if self.path is None else self.path


def _reason(error: Exception, path: Path) -> str:
    """Returns the message of ``error`` in one line, without the path, which the whole message has."""
    said = error.strerror if isinstance(error, OSError) and error.strerror else first_line(error)
    said = said.replace(f" {str(path)!r}", "")
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def _in_rgb(image: Image.Image) -> Image.Image:
    """Converts an image to RGB, with white in transparent places.

    Raises:
        UnknownGreyError: the image is grey in more than 16 bits.
    """
    if image.mode.startswith(("I", "F")):  # 16 or 32 bits of grey, which Pillow would cut off at 255
        deep = np.asarray(image)
        if image.mode == "F" or not 0 <= deep.min() <= deep.max() < 1 << 16:
            raise UnknownGreyError(f"image mode {image.mode} does not define black and white")
        return Image.fromarray((deep >> 8 if deep.max() > 255 else deep).astype(np.uint8)).convert("RGB")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    return image.convert("RGB")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """How splits that a data set lacks are drawn, so that they can be drawn again when more is known of the images.

    Attributes:
        pool: the images to draw from; what is not drawn is the training split.
        shares: of each class's images, from 0 to 1, in the order in which splits are drawn, each from what is left.
        seed: of the draw.
    """

    pool: tuple[LabelledImage, ...]
    shares: dict[Split, float]
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageDataset:
    """A data set in its three splits.

    Attributes:
        name: of the set.
        classes: names by label.
        splits: the images of ``train``, ``val`` and ``test``.
        made: how the splits came to be, for the manifest.
        image_size: height and width to store in pixels, unless somebody says otherwise.
        drawing: how splits were drawn; a preparation draws them again by it, with copies in one split. None: all
            splits are given, and stay as they are.
        left_out: files among the images that are not taken, such as texts.
        grouped_by: where the groups of images come from, such as ``column patient``; empty: images have none.
    """

    name: str
    classes: tuple[str, ...]
    splits: dict[Split, tuple[LabelledImage, ...]]
    made: str
    image_size: int = STORED_SIZE
    drawing: Drawing | None = None
    left_out: tuple[str, ...] = ()
    grouped_by: str = ""

    def __post_init__(self) -> None:
        if len(self.classes) < 2:
            raise TooFewClassesError(self.name, self.classes)
        for name in self.classes:
            if not _is_utf_8(name):
                raise ClassNameError("the name of the class is not UTF-8", where=ascii(name), remedy="rename the class")
        for split in SPLITS:
            if not self.splits[split]:
                raise DataError(f"no images in the {split} split", where=self.name)
        counts = Counter(image.label for image in self.splits["train"])
        for label, name in enumerate(self.classes):
            if not counts[label]:
                raise EmptyClassError(f"class {name!r} has no images to train on", where=self.name)
        if self.drawing is not None:
            drawn = sum(len(self.splits[split]) for split in self.drawn)
            assert drawn == len(self.drawing.pool), "without a drawing, splits stay as they are"

    @property
    def drawn(self) -> tuple[Split, ...]:
        """The splits between which images are drawn; empty where all are given."""
        return (
            () if self.drawing is None else tuple(split for split in SPLITS if split in {"train", *self.drawing.shares})
        )

    def sections(self) -> list[tuple[Split, tuple[LabelledImage, ...]]]:
        """Returns all images: those to draw from, as ``train``, then those of each split that is given."""
        pool: list[tuple[Split, tuple[LabelledImage, ...]]] = []
        if self.drawing is not None:
            pool.append(("train", self.drawing.pool))
        return pool + [(split, self.splits[split]) for split in SPLITS if split not in self.drawn]


def _is_utf_8(name: str) -> bool:
    """Returns whether a file name was UTF-8; other bytes in it are surrogates."""
    return not any("\ud800" <= letter <= "\udfff" for letter in name)
