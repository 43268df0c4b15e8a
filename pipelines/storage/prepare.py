"""Turns a data set into ``.beton`` files with a manifest: all of it, or nothing."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

import numpy as np

from pipelines.datasets.images import ImageDataset, LabelledImage, UnreadableImageError
from pipelines.errors import DataError, DataExistError, UnreadableImagesError
from pipelines.files import atomic_dir
from pipelines.names import Copies
from pipelines.reserving import reserved
from pipelines.split import SPLITS, Split
from pipelines.storage.beton import Images, Storage, write_encoded
from pipelines.storage.duplicates import Duplicate
from pipelines.storage.group_numbers import write_group_numbers
from pipelines.storage.image_names import write_image_names
from pipelines.storage.making import load_part, made_images, make_parts
from pipelines.storage.manifest import MANIFEST_NAME, SKIPPED_NAME, Manifest, SplitRecord, beton_path, file_sha256
from pipelines.storage.parts import images_in_a_part
from pipelines.storage.placing import Alike, PlacedImages, place

MAX_IMAGE_SIZE = 1024
_RAW_LIMIT = 4 << 30  # bytes; larger sets are stored as JPEG unless asked otherwise
_PLAN_NAME = "plan"
_PLAN_VERSION = 3  # of the parts


class ImageSizeError(DataError):
    """Images can't be prepared at this size."""


def prepare(
    dataset: ImageDataset,
    out: Path,
    *,
    image_size: int,
    storage: Storage | None = None,
    copies: Copies = "near",
    skip_unreadable: bool = False,
    source: Path | None = None,
    on_image: Callable[[], None] = lambda: None,
    on_duplicate: Callable[[Duplicate], None] = lambda duplicate: None,
    on_alike: Callable[[Alike], None] = lambda alike: None,
    on_skip: Callable[[UnreadableImageError], None] = lambda error: None,
) -> Manifest:
    """Writes a data set to a new folder.

    Every image is turned upright, scaled so that its shorter side is ``image_size`` and cut to the middle square. Then
    the splits that the data set lacks are drawn, with copies in one split. The files are written beside ``out`` and
    renamed when whole. A call with the same arguments continues one that was interrupted.

    Args:
        dataset: the images of the three splits.
        out: folder to write; must not exist yet.
        image_size: height and width to store in pixels, 1 to 1024.
        storage: ``raw`` pixels or ``jpeg``; None: raw up to 4 GiB.
        copies: whether nearly equal images are copies too, or ``equal`` ones alone.
        skip_unreadable: whether to leave out images that can't be read, and list them in ``skipped.txt``.
        source: the folder or archive of the images; the names that are kept are paths below it. None: there is none.
        on_image: called after each image, for progress.
        on_duplicate: called with each image that is in two splits or classes, or nearly equals one in another split.
        on_alike: called with a class many images of which are in one split because they are nearly equal.
        on_skip: called with the error of each image that is left out.

    Raises:
        DataExistError: ``out`` exists.
        ImageSizeError: ``image_size`` is out of range.
        BusyError: another process prepares ``out``.
        DataError: images are unreadable and not skipped (:class:`UnreadableImagesError` names them), a split has no
            images, or a class has none to train on; nothing is written.
    """
    check_new(out, image_size)
    images = [image for _, of_section in dataset.sections() for image in of_section]
    storage = storage or ("raw" if len(images) * 3 * image_size**2 <= _RAW_LIMIT else "jpeg")
    with reserved(out):
        parts = _take_up(out.with_name(f".{out.name}.parts"), _plan(dataset, image_size, storage))
        failures = make_parts(parts, images, image_size, storage, on_image, skip_unreadable=skip_unreadable)
        try:
            if failures and not skip_unreadable:
                raise UnreadableImagesError(failures)
            placed = place(dataset, made_images(parts, len(images), image_size), copies)
        except DataError:
            shutil.rmtree(parts)
            raise
        manifest = _assemble(placed, parts, out, image_size, storage, failures, source)
        shutil.rmtree(parts)
    for failure in failures:
        on_skip(failure)
    _tell_of_copies(placed, on_duplicate, on_alike)
    return manifest


def _tell_of_copies(
    placed: PlacedImages, on_duplicate: Callable[[Duplicate], None], on_alike: Callable[[Alike], None]
) -> None:
    for duplicate in placed.duplicates:
        on_duplicate(duplicate)
    for alike in placed.alike:
        on_alike(alike)


def check_new(out: Path, image_size: int | None) -> None:
    """Checks what can be checked before images are listed.

    Args:
        out: folder to write.
        image_size: height and width to store in pixels; None: that of the data set, not known yet.

    Raises:
        DataExistError: ``out`` exists.
        ImageSizeError: ``image_size`` is out of range.
    """
    if out.exists():
        raise DataExistError("exists already", where=out, remedy="choose another folder or remove it")
    if image_size is not None and not 1 <= image_size <= MAX_IMAGE_SIZE:
        raise ImageSizeError(where="image size", expected=f"1 to {MAX_IMAGE_SIZE} pixels", got=image_size)


def _plan(dataset: ImageDataset, image_size: int, storage: Storage) -> str:
    """Returns a hash of all that decides the content of the parts; a missing image counts with its name alone.

    Args:
        dataset: the images.
        image_size: height and width to store in pixels.
        storage: how pixels are kept.
    """
    plan = blake2b(f"{_PLAN_VERSION} {image_size} {storage}".encode())
    for _, images in dataset.sections():
        for image in images:
            plan.update(os.fsencode(f"\n{image.where} "))
            with suppress(UnreadableImageError):
                plan.update(image.fingerprint())
    return plan.hexdigest()


def _take_up(parts: Path, plan: str) -> Path:
    """Returns ``parts``, with the parts of an interrupted call if its plan was the same."""
    note = parts / _PLAN_NAME
    if not note.is_file() or note.read_text() != plan:
        shutil.rmtree(parts, ignore_errors=True)
        parts.mkdir(parents=True)
        note.write_text(plan)
    return parts


def _assemble(
    placed: PlacedImages,
    parts: Path,
    out: Path,
    image_size: int,
    storage: Storage,
    skipped: Sequence[UnreadableImageError],
    source: Path | None,
) -> Manifest:
    dataset = placed.dataset
    records: dict[Split, SplitRecord] = {}
    with atomic_dir(out) as partial:
        for split in SPLITS:
            path, count = beton_path(partial, split), len(dataset.splits[split])
            write_encoded(path, _encoded(placed, split, parts, image_size), count, image_size, storage)
            write_image_names(partial, split, [_name(image, source) for image in dataset.splits[split]])
            records[split] = SplitRecord(images=count, bytes=path.stat().st_size, sha256=file_sha256(path))
        mean, squares = placed.sums / (len(dataset.splits["train"]) * image_size**2)
        leaked = {pair.other.where for pair in placed.duplicates if pair.in_two_splits and not pair.nearly}
        manifest = Manifest.model_validate(
            {
                "name": dataset.name,
                "classes": dataset.classes,
                "image_size": image_size,
                "storage": storage,
                "mean": [round(float(value), 6) for value in mean],
                # Never 0, so that a channel without contrast can still be divided by it.
                "std": [round(float(value), 6) for value in np.sqrt(np.maximum(squares - mean**2, 1e-6))],
                "made": dataset.made,
                "splits": records,
                "duplicates": len(leaked),
                "groups": write_group_numbers(partial, placed.groups),
            }
        )
        (partial / MANIFEST_NAME).write_text(manifest.model_dump_json(indent=2) + "\n")
        if skipped:
            lines = "".join(f"{error.where}\t{error.reason}\n" for error in skipped)
            (partial / SKIPPED_NAME).write_text(lines, encoding="utf-8", errors="surrogateescape")
    return manifest


def _name(image: LabelledImage, source: Path | None) -> str:
    """Returns the name to keep of an image: no path of this machine."""
    name = image.name_below(source)
    return Path(name).name if Path(name).is_absolute() else name


def _encoded(placed: PlacedImages, split: Split, parts: Path, image_size: int) -> Iterator[tuple[Images, int]]:
    """Yields the bytes and the label of each image of a split."""
    count = images_in_a_part(image_size)
    indices = np.array(placed.indices[split])
    labels = [image.label for image in placed.dataset.splits[split]]
    for start in np.unique(indices // count) * count:
        part = load_part(parts, int(start))
        ends = np.cumsum(part.sizes)
        first, last = np.searchsorted(indices, (start, start + count))
        for index, label in zip(indices[first:last] - start, labels[first:last], strict=True):
            yield part.data[ends[index] - part.sizes[index] : ends[index]], label
