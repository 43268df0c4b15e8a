"""Turns a data set into ``.beton`` files with a manifest: all of it, or nothing."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout
from PIL import Image, ImageOps

from pipelines.datasets.images import ImageDataset, LabelledImage
from pipelines.errors import DataError, DataExistError
from pipelines.files import atomic_dir
from pipelines.split import SPLITS, Split
from pipelines.storage.beton import Images, Storage, encode, write_encoded
from pipelines.storage.duplicates import Duplicate, duplicates
from pipelines.storage.manifest import MANIFEST_NAME, Manifest, SplitRecord, beton_path, file_sha256
from pipelines.storage.parts import DIGEST_BYTES, Part, images_in_a_part

MAX_IMAGE_SIZE = 1024
_RAW_LIMIT = 4 << 30  # bytes; larger sets are stored as JPEG unless asked otherwise
_NAMED_FAILURES = 5
_PLAN_NAME = "plan"


class ImageSizeError(DataError):
    """Images can't be prepared at this size."""


class BusyError(DataError):
    """Another process prepares the same folder."""


class UnreadableImagesError(DataError):
    """Images can't be read.

    Attributes:
        failures: an error for each.
    """

    def __init__(self, what: str, failures: tuple[DataError, ...]) -> None:
        super().__init__(what)
        self.failures = failures


def prepare(
    dataset: ImageDataset,
    out: Path,
    *,
    image_size: int,
    storage: Storage | None = None,
    on_image: Callable[[], None] = lambda: None,
    on_duplicate: Callable[[Duplicate], None] = lambda duplicate: None,
) -> Manifest:
    """Writes a data set to a new folder.

    Every image is turned upright, scaled so that its shorter side is ``image_size`` and cut to the middle square. The
    files are written beside ``out`` and renamed when whole, so ``out`` is complete or absent. A call with the same
    arguments continues one that was interrupted.

    Args:
        dataset: the images of the three splits.
        out: folder to write; must not exist yet.
        image_size: height and width to store in pixels, 1 to 1024.
        storage: ``raw`` pixels or ``jpeg``; None: raw up to 4 GiB.
        on_image: called after each image, for progress.
        on_duplicate: called with each image that is in two splits or two classes.

    Raises:
        DataExistError: ``out`` exists.
        ImageSizeError: ``image_size`` is out of range.
        BusyError: another process prepares ``out``.
        DataError: images are unreadable (:class:`UnreadableImagesError` names them); nothing is written.
    """
    if out.exists():
        raise DataExistError("exists already", where=out, remedy="choose another folder or remove it")
    if not 1 <= image_size <= MAX_IMAGE_SIZE:
        raise ImageSizeError(where="image size", expected=f"1 to {MAX_IMAGE_SIZE} pixels", got=image_size)
    total = sum(len(dataset.splits[split]) for split in SPLITS)
    storage = storage or ("raw" if total * 3 * image_size**2 <= _RAW_LIMIT else "jpeg")
    out.parent.mkdir(parents=True, exist_ok=True)
    parts = out.with_name(f".{out.name}.parts")
    lock = FileLock(out.with_name(f".{out.name}.lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise BusyError("is being prepared by another process", where=out) from None
    try:
        _take_up(parts, _plan(dataset, image_size, storage))
        failures = [
            failure
            for split in SPLITS
            for failure in _make_parts(parts, split, dataset.splits[split], image_size, storage, on_image)
        ]
        if failures:
            shutil.rmtree(parts)
            raise _unreadable(failures)
        manifest = _assemble(dataset, parts, out, image_size, storage, on_duplicate)
        shutil.rmtree(parts)
        return manifest
    finally:
        lock.release()
        Path(lock.lock_file).unlink(missing_ok=True)


def square(image: Image.Image, size: int) -> Images:
    """Returns the middle square of an image, scaled.

    Args:
        image: in RGB, of any size.
        size: height and width of the result in pixels.

    Returns:
        (size, size, 3) RGB, which may be read only.
    """
    return np.asarray(ImageOps.fit(image, (size, size), method=Image.Resampling.BICUBIC), dtype=np.uint8)


def _plan(dataset: ImageDataset, image_size: int, storage: Storage) -> str:
    """Returns a hash of all that decides the content of the parts."""
    plan = blake2b(f"{image_size} {storage}".encode())
    for split in SPLITS:
        for image in dataset.splits[split]:
            plan.update(f"\n{split} {image.where} ".encode())
            plan.update(image.fingerprint())
    return plan.hexdigest()


def _take_up(parts: Path, plan: str) -> None:
    """Keeps the parts of an interrupted call if its plan was the same."""
    note = parts / _PLAN_NAME
    if note.is_file() and note.read_text() == plan:
        return
    shutil.rmtree(parts, ignore_errors=True)
    parts.mkdir(parents=True)
    note.write_text(plan)


def _make_parts(
    parts: Path,
    split: Split,
    images: Sequence[LabelledImage],
    size: int,
    storage: Storage,
    on_image: Callable[[], None],
) -> list[DataError]:
    """Makes the missing parts of a split, on all cores, and returns an error for each image that can't be read."""

    def make(image: LabelledImage) -> tuple[Images, bytes, Images] | DataError:
        try:
            pixels = square(image.load(), size)
        except DataError as error:
            return error
        return encode(pixels, storage), blake2b(pixels.tobytes(), digest_size=DIGEST_BYTES).digest(), pixels

    failures: list[DataError] = []
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        count = images_in_a_part(size)
        for start in range(0, len(images), count):
            path = _part_path(parts, split, start)
            some = images[start : start + count]
            if Part.load(path) is not None:
                for _ in some:
                    on_image()
                continue
            sums = np.zeros((2, 3))
            encoded, digests = [], []
            for made in pool.map(make, some):
                on_image()
                if isinstance(made, DataError):
                    failures.append(made)
                    continue
                encoded.append(made[0])
                digests.append(made[1])
                pixels = made[2].reshape(-1, 3) / 255
                sums += [pixels.sum(axis=0), (pixels**2).sum(axis=0)]
            if not failures:
                Part(
                    data=np.concatenate(encoded),
                    sizes=np.array([len(data) for data in encoded]),
                    digests=np.frombuffer(b"".join(digests), np.uint8).reshape(-1, DIGEST_BYTES),
                    sums=sums,
                ).save(path)
    return failures


def _assemble(
    dataset: ImageDataset,
    parts: Path,
    out: Path,
    image_size: int,
    storage: Storage,
    on_duplicate: Callable[[Duplicate], None],
) -> Manifest:
    digests: dict[Split, list[bytes]] = {split: [] for split in SPLITS}
    records: dict[Split, SplitRecord] = {}
    sums = np.zeros((2, 3))

    def encoded(split: Split) -> Iterator[tuple[Images, int]]:
        images, count = dataset.splits[split], images_in_a_part(image_size)
        for start in range(0, len(images), count):
            part = Part.load(_part_path(parts, split, start))
            assert part is not None, f"part {start} of {split} was written"
            digests[split] += [digest.tobytes() for digest in part.digests]
            if split == "train":
                np.add(sums, part.sums, out=sums)
            data = np.split(part.data, np.cumsum(part.sizes)[:-1])
            yield from zip(data, (image.label for image in images[start : start + count]), strict=True)

    with atomic_dir(out) as partial:
        for split in SPLITS:
            path = beton_path(partial, split)
            write_encoded(path, encoded(split), len(dataset.splits[split]), image_size, storage)
            records[split] = SplitRecord(
                images=len(dataset.splits[split]), bytes=path.stat().st_size, sha256=file_sha256(path)
            )
        found = duplicates(dataset.splits, digests)
        mean, squares = sums / (len(dataset.splits["train"]) * image_size**2)
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
                "duplicates": len({duplicate.other.where for duplicate in found if duplicate.in_two_splits}),
            }
        )
        (partial / MANIFEST_NAME).write_text(manifest.model_dump_json(indent=2) + "\n")
    for duplicate in found:
        on_duplicate(duplicate)
    return manifest


def _part_path(parts: Path, split: Split, start: int) -> Path:
    return parts / f"{split}-{start:08d}.safetensors"


def _unreadable(failures: Sequence[DataError]) -> UnreadableImagesError:
    named = "; ".join(str(failure) for failure in failures[:_NAMED_FAILURES])
    more = f"; and {len(failures) - _NAMED_FAILURES} more" if len(failures) > _NAMED_FAILURES else ""
    remedy = f"Remove or replace {'it' if len(failures) == 1 else 'them'}; nothing was written"
    return UnreadableImagesError(f"{named}{more}. {remedy}", tuple(failures))
