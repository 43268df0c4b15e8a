"""Images decoded, cut and encoded on all cores, in parts that outlive an interruption."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from safetensors import safe_open

from pipelines.datasets.images import LabelledImage, UnreadableImageError
from pipelines.storage.beton import Images, Storage, encode
from pipelines.storage.near_copies import COMPARED, SMALLEST, THUMBNAIL, perceptual_hash, thumbnail
from pipelines.storage.parts import DIGEST_BYTES, Part, images_in_a_part


@dataclass(frozen=True, slots=True)
class _Made:
    """One image, encoded; see :class:`Part`."""

    data: NDArray[np.uint8]
    digest: bytes
    hash: int
    thumbnail: NDArray[np.uint8]
    sums: NDArray[np.float64]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MadeImages:
    """What parts say of all images, without their pixels; the attributes are those of :class:`Part`."""

    sizes: NDArray[np.int64]
    digests: NDArray[np.uint8]
    hashes: NDArray[np.uint64]
    thumbnails: NDArray[np.uint8]
    sums: NDArray[np.float64]


def square(image: Image.Image, size: int) -> Images:
    """Returns the middle square of an image, scaled.

    Args:
        image: in RGB, of any size.
        size: height and width of the result in pixels.

    Returns:
        (size, size, 3) RGB, which may be read only.
    """
    return np.asarray(ImageOps.fit(image, (size, size), method=Image.Resampling.BICUBIC), dtype=np.uint8)


def make_parts(
    parts: Path,
    images: Sequence[LabelledImage],
    size: int,
    storage: Storage,
    on_image: Callable[[], None],
    *,
    skip_unreadable: bool,
) -> list[UnreadableImageError]:
    """Makes the parts that are missing, and returns an error for each image that can't be read.

    Args:
        parts: folder of the parts.
        images: all images.
        size: height and width to store, in pixels.
        storage: how pixels are kept.
        on_image: called after each image.
        skip_unreadable: whether parts with unreadable images are kept, without these.
    """
    failures: list[UnreadableImageError] = []
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for start in range(0, len(images), images_in_a_part(size)):
            some = images[start : start + images_in_a_part(size)]
            part = Part.load(part_path(parts, start))
            if part is not None:
                for _ in some:
                    on_image()
                reasons = os.fsdecode(part.reasons.tobytes()).split("\n")
            else:
                made = []
                for one in pool.map(lambda image: _make(image, size, storage), some):
                    on_image()
                    made.append(one)
                reasons = [one.reason for one in made]
                if skip_unreadable or not (failures or any(reasons)):
                    _part(made).save(part_path(parts, start))
            failures += [
                UnreadableImageError(image.where, why) for image, why in zip(some, reasons, strict=True) if why
            ]
    return failures


def made_images(parts: Path, images: int, size: int) -> MadeImages:
    """Reads the description of all images from the parts.

    Args:
        parts: the folder of the parts.
        images: the number of images.
        size: height and width of the stored images in pixels.
    """
    columns: dict[str, list[NDArray[np.generic]]] = {field.name: [] for field in fields(MadeImages)}
    for start in range(0, images, images_in_a_part(size)):
        with safe_open(part_path(parts, start), framework="numpy") as part:
            for name, values in columns.items():
                values.append(part.get_tensor(name))
    return MadeImages(**{name: np.concatenate(values) for name, values in columns.items()})


def load_part(parts: Path, start: int) -> Part:
    """Reads the part in the folder ``parts`` that begins with image number ``start``; the part must be there."""
    part = Part.load(part_path(parts, start))
    assert part is not None, f"part {start} was written"
    return part


def part_path(parts: Path, start: int) -> Path:
    """Returns the path in the folder ``parts`` of the part that begins with image number ``start``."""
    return parts / f"{start:08d}.safetensors"


def _make(image: LabelledImage, size: int, storage: Storage) -> _Made:
    try:
        whole = image.load()
        pixels = square(whole, size)
        compared = pixels if size == COMPARED else square(whole, COMPARED)
    except UnreadableImageError as error:
        nothing = np.zeros((THUMBNAIL, THUMBNAIL, 3), np.uint8)
        return _Made(np.zeros(0, np.uint8), bytes(DIGEST_BYTES), 0, nothing, np.zeros((2, 3)), error.reason)
    channels = pixels.reshape(-1, 3) / 255
    return _Made(
        data=encode(pixels, storage),
        digest=blake2b(pixels.tobytes(), digest_size=DIGEST_BYTES).digest(),
        hash=perceptual_hash(compared) if min(whole.size) >= SMALLEST else 0,
        thumbnail=thumbnail(compared),
        sums=np.stack([channels.sum(axis=0), (channels**2).sum(axis=0)]),
    )


def _part(made: Sequence[_Made]) -> Part:
    return Part(
        data=np.concatenate([one.data for one in made]),
        sizes=np.array([len(one.data) for one in made]),
        digests=np.frombuffer(b"".join(one.digest for one in made), np.uint8).reshape(-1, DIGEST_BYTES),
        hashes=np.array([one.hash for one in made], np.uint64),
        thumbnails=np.stack([one.thumbnail for one in made]),
        sums=np.stack([one.sums for one in made]),
        reasons=np.frombuffer(os.fsencode("\n".join(one.reason for one in made)), np.uint8),
    )
