"""Turns a data set into ``.beton`` files with a manifest: all of it, or nothing."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from pipelines.datasets.images import ImageDataset, LabelledImage
from pipelines.errors import DataError
from pipelines.files import whole_folder
from pipelines.split import SPLITS
from pipelines.storage.beton import Images, Storage, write_beton
from pipelines.storage.manifest import MANIFEST_NAME, Manifest, SplitRecord, beton_path, file_sha256

MAX_IMAGE_SIZE = 1024
_RAW_LIMIT = 4 << 30  # bytes; larger sets are stored as JPEG unless asked otherwise
_NAMED_FAILURES = 5
_AHEAD = 256  # decoded images held in memory


def prepare(
    dataset: ImageDataset,
    out: Path,
    *,
    image_size: int,
    storage: Storage | None = None,
    on_image: Callable[[], None] = lambda: None,
) -> Manifest:
    """Writes ``dataset`` to the new folder ``out``.

    Every image is turned upright, scaled so that its shorter side is ``image_size`` and cut to the middle
    square. The files are written beside ``out`` and renamed when whole, so ``out`` is complete or absent.

    Args:
        storage: ``raw`` pixels or ``jpeg``; None: raw up to 4 GiB.
        on_image: called after each image, for progress.

    Raises:
        DataError: ``out`` exists, or images are unreadable (they are named and nothing is written).
    """
    if out.exists():
        raise DataError(f"{out}: exists already; choose another --out or remove it")
    if not 1 <= image_size <= MAX_IMAGE_SIZE:
        raise DataError(f"image size: expected 1 to {MAX_IMAGE_SIZE} pixels, got {image_size}")
    total = sum(len(dataset.splits[split]) for split in SPLITS)
    storage = storage or ("raw" if total * 3 * image_size**2 <= _RAW_LIMIT else "jpeg")
    with whole_folder(out) as partial:
        colour = _ColourStatistics()
        records: dict[str, SplitRecord] = {}
        for split in SPLITS:
            images = dataset.splits[split]
            path = beton_path(partial, split)
            squares = _squares(images, image_size, on_image)
            if split == "train":
                squares = colour.watch(squares)
            labels = (image.label for image in images)
            write_beton(path, zip(squares, labels, strict=True), len(images), storage)
            records[split] = SplitRecord(images=len(images), bytes=path.stat().st_size, sha256=file_sha256(path))
        manifest = Manifest.model_validate(
            {
                "name": dataset.name,
                "classes": dataset.classes,
                "image_size": image_size,
                "storage": storage,
                "mean": colour.mean,
                "std": colour.std,
                "made": dataset.made,
                "splits": records,
            }
        )
        (partial / MANIFEST_NAME).write_text(manifest.model_dump_json(indent=2) + "\n")
    return manifest


def square(image: Image.Image, size: int) -> Images:
    """The middle square of an RGB image at ``size`` pixels, (size, size, 3)."""
    return np.asarray(ImageOps.fit(image, (size, size), method=Image.Resampling.BICUBIC), dtype=np.uint8)


def _squares(images: Sequence[LabelledImage], size: int, on_image: Callable[[], None]) -> Iterator[Images]:
    """Decodes on all cores, in order, a bounded number ahead. Reads on after a failure, to name them all."""

    def load(image: LabelledImage) -> Images | DataError:
        try:
            return square(image.load(), size)
        except DataError as error:
            return error

    failures: list[DataError] = []
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for start in range(0, len(images), _AHEAD):
            for result in pool.map(load, images[start : start + _AHEAD]):
                on_image()
                if isinstance(result, DataError):
                    failures.append(result)
                elif not failures:
                    yield result
    if failures:
        named = "; ".join(str(failure) for failure in failures[:_NAMED_FAILURES])
        more = f"; and {len(failures) - _NAMED_FAILURES} more" if len(failures) > _NAMED_FAILURES else ""
        raise DataError(
            f"{named}{more}. Remove or replace {'it' if len(failures) == 1 else 'them'}; nothing was written"
        )


class _ColourStatistics:
    """Mean and standard deviation of each channel over the images that pass by, from 0 to 1."""

    def __init__(self) -> None:
        self._pixels = 0
        self._sum = np.zeros(3)
        self._squares = np.zeros(3)

    def watch(self, images: Iterator[Images]) -> Iterator[Images]:
        for image in images:
            pixels = image.reshape(-1, 3) / 255
            self._pixels += len(pixels)
            self._sum += pixels.sum(axis=0)
            self._squares += (pixels**2).sum(axis=0)
            yield image

    @property
    def mean(self) -> list[float]:
        return [round(float(value), 6) for value in self._sum / self._pixels]

    @property
    def std(self) -> list[float]:
        variance = self._squares / self._pixels - (self._sum / self._pixels) ** 2
        # Never 0, so that a channel without contrast can still be divided by it.
        return [round(float(value), 6) for value in np.sqrt(np.maximum(variance, 1e-6))]
