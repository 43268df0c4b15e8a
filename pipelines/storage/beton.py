"""The ``.beton`` file format of FFCV (version 2), read and written with numpy alone.

FFCV's own loader reads these files at full speed; this reader serves where FFCV can't be built, and checks
every offset before native code trusts it. The writer exists because FFCV's uses processes that race for
pages: this one gives the same bytes for the same images, so a file's SHA-256 names its content, and it fails
by exception instead of hanging.

Layout: header, field descriptors, metadata (one row a sample), pages of image bytes, allocation table.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from pipelines.errors import DataError, RangeError

Storage = Literal["raw", "jpeg"]
Images = NDArray[np.uint8]

_VERSION = 2
_PAGE_SIZE = 1 << 21
_JPEG_QUALITY = 90
_IMAGE_TYPE, _INT_TYPE = 2, 1
_MODES: dict[Storage, int] = {"jpeg": 0, "raw": 1}

_HEADER = np.dtype(
    [
        ("version", "<u2"),
        ("num_fields", "<u2"),
        ("page_size", "<u4"),
        ("num_samples", "<u8"),
        ("alloc_table_ptr", "<u8"),
    ],
    align=True,
)
_FIELD = np.dtype([("type_id", "<u1"), ("name", ("<u1", 16)), ("arguments", ("<u1", (1024,)))], align=True)
_IMAGE = np.dtype([("mode", "<u1"), ("width", "<u2"), ("height", "<u2"), ("data_ptr", "<u8")])
_SAMPLE = np.dtype([("image", _IMAGE), ("label", "<i8")], align=True)
_ALLOCATION = np.dtype([("sample_id", "<u8"), ("ptr", "<u8"), ("size", "<u8")])


class BetonError(DataError):
    """A ``.beton`` file is not whole or not one of ours."""


class NotBetonError(BetonError):
    """A file is of another kind."""


class TruncatedError(BetonError):
    """A file does not end where its header says."""


class OutsideError(BetonError):
    """An image lies where the file has none."""


class NotJpegError(BetonError):
    """An image's bytes are no JPEG image of the file's size."""


def write_encoded(path: Path, samples: Iterable[tuple[Images, int]], count: int, size: int, storage: Storage) -> None:
    """Writes a ``.beton`` file of images that are encoded already.

    Args:
        path: of the file to write; a file there is overwritten.
        samples: the bytes of each image, as :func:`encode` returns them, and its label, in order.
        count: the number of ``samples``.
        size: height and width of every image in pixels.
        storage: how all images are encoded.

    Raises:
        RangeError: there are more or fewer than ``count`` samples; the file is left unfinished.
    """
    metadata = np.zeros(count, _SAMPLE)
    allocations = np.zeros(count, _ALLOCATION)
    fields = np.zeros(2, _FIELD)
    for field, name, type_id in zip(fields, (b"image", b"label"), (_IMAGE_TYPE, _INT_TYPE), strict=True):
        field["type_id"] = type_id
        field["name"][: len(name)] = np.frombuffer(name, np.uint8)

    with path.open("wb") as file:
        position = _next_page(_HEADER.itemsize + fields.nbytes + metadata.nbytes)
        written = 0
        for data, label in samples:
            if written == count:
                raise RangeError(where=path.name, expected=f"{count} samples", got="more")
            if position // _PAGE_SIZE != (position + data.size - 1) // _PAGE_SIZE:
                position = _next_page(position)  # FFCV reads by page: a sample never straddles two
            file.seek(position)
            file.write(data.tobytes())
            metadata[written] = ((_MODES[storage], size, size, position), label)
            allocations[written] = (written, position, data.size)
            position += data.size
            written += 1
        if written != count:
            raise RangeError(where=path.name, expected=f"{count} samples", got=written)
        table = _next_page(position)
        file.seek(table)
        file.write(allocations.tobytes())
        header = np.zeros(1, _HEADER)
        header[0] = (_VERSION, len(fields), _PAGE_SIZE, count, table)
        file.seek(0)
        file.write(header.tobytes() + fields.tobytes() + metadata.tobytes())


class BetonFile:
    """An open ``.beton`` file of square RGB images of one size and integer labels.

    Attributes:
        labels: (samples,) int64.
        size: height and width of every image.

    Raises:
        BetonError: the file is truncated, or anything in it points outside of it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        length = path.stat().st_size
        if length < _HEADER.itemsize:
            raise NotBetonError(f"not a .beton file (only {length} bytes)", where=path)
        header = np.fromfile(path, _HEADER, 1)[0]
        count, table = int(header["num_samples"]), int(header["alloc_table_ptr"])
        if header["version"] != _VERSION or header["num_fields"] != 2 or count < 1:
            raise NotBetonError("not a .beton file of images and labels", where=path)
        if table + count * _ALLOCATION.itemsize != length:
            raise TruncatedError(f"truncated or unfinished ({length} bytes)", where=path)
        fields = np.fromfile(path, _FIELD, 2, offset=_HEADER.itemsize)
        if list(fields["type_id"]) != [_IMAGE_TYPE, _INT_TYPE]:
            raise NotBetonError("not a .beton file of images and labels", where=path)
        metadata = np.fromfile(path, _SAMPLE, count, offset=_HEADER.itemsize + fields.nbytes)
        allocations = np.fromfile(path, _ALLOCATION, count, offset=table)
        self.labels: NDArray[np.int64] = metadata["label"].copy()
        self._modes = metadata["image"]["mode"]
        self._starts = metadata["image"]["data_ptr"].astype(np.int64)
        self._sizes = _sizes_by_start(allocations, self._starts, path)
        self.size = int(metadata["image"]["height"][0])
        self._check(metadata, data_end=table)
        self._bytes = np.memmap(path, np.uint8, mode="r")

    def __len__(self) -> int:
        return len(self.labels)

    def image(self, index: int) -> Images:
        """Returns one image, (size, size, 3) RGB.

        Raises:
            NotJpegError: the bytes of the image are not a JPEG image of the file's size.
        """
        image: Images = self.images(np.array([index]))[0]
        return image

    def images(self, indices: NDArray[np.int64]) -> Images:
        """Returns the images of ``indices``, in their order: (images, size, size, 3) RGB.

        Raises:
            NotJpegError: the bytes of an image are not a JPEG image of the file's size.
        """
        images = np.empty((len(indices), self.size, self.size, 3), np.uint8)
        for image, index in zip(images, indices, strict=True):
            start = self._starts[index]
            data = self._bytes[start : start + self._sizes[index]]
            if self._modes[index] == _MODES["raw"]:
                image[:] = data.reshape(image.shape)
            else:
                _decode(data, image, f"{self.path}: image {index}")
        return images

    def _check(self, metadata: NDArray[np.void], data_end: int) -> None:
        images = metadata["image"]
        if np.any(images["height"] != self.size) or np.any(images["width"] != self.size):
            raise BetonError(f"images are not all {self.size}x{self.size}", where=self.path)
        if not np.isin(self._modes, list(_MODES.values())).all():
            raise BetonError("unknown image storage", where=self.path)
        ends = self._starts + self._sizes
        data_start = _HEADER.itemsize + 2 * _FIELD.itemsize + metadata.nbytes
        if np.any(self._starts < data_start) or np.any(ends > data_end) or np.any(ends < self._starts):
            raise OutsideError("an image lies outside of the file", where=self.path)
        if np.any(self._sizes[self._modes == _MODES["raw"]] != 3 * self.size**2):
            raise BetonError("an image has the wrong number of bytes", where=self.path)


def _sizes_by_start(allocations: NDArray[np.void], starts: NDArray[np.int64], path: Path) -> NDArray[np.int64]:
    """Returns the bytes of each sample; addresses are looked up, since FFCV's own files have the table in page order.

    Raises:
        OutsideError: an image is not in the allocation table.
    """
    order = np.argsort(allocations["ptr"])
    pointers = allocations["ptr"][order].astype(np.int64)
    found = np.minimum(np.searchsorted(pointers, starts), len(pointers) - 1)
    if np.any(pointers[found] != starts):
        raise OutsideError("an image is not in the allocation table", where=path)
    sizes: NDArray[np.int64] = allocations["size"][order][found].astype(np.int64)
    return sizes


def encode(image: Images, storage: Storage) -> Images:
    """Returns the bytes of an image in a file.

    Args:
        image: (size, size, 3) RGB.
        storage: ``raw`` keeps every pixel, ``jpeg`` loses some detail.

    Returns:
        The bytes, one dimension.
    """
    if storage == "raw":
        return np.ascontiguousarray(image).reshape(-1)
    data = simplejpeg.encode_jpeg(np.ascontiguousarray(image), _JPEG_QUALITY, colorsubsampling="420")
    return np.frombuffer(data, np.uint8)


def _decode(data: NDArray[np.uint8], image: Images, where: str) -> None:
    # Into ``image``, with libjpeg-turbo's fast transform: the same bits as FFCV.
    try:
        height, width, *_ = simplejpeg.decode_jpeg_header(data)
        if (height, width) != image.shape[:2]:
            raise ValueError(f"{height}x{width}")
        simplejpeg.decode_jpeg(data, fastdct=True, buffer=image)
    except ValueError as error:
        raise NotJpegError(f"not a JPEG image of {image.shape[0]}x{image.shape[1]} ({error})", where=where) from None


def _next_page(position: int) -> int:
    return -(-position // _PAGE_SIZE) * _PAGE_SIZE
