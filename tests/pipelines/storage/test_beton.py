"""The .beton format: FFCV's own writer and ours, read alike; nothing in a file is trusted."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipelines.errors import RangeError
from pipelines.storage.beton import BetonError, BetonFile, NotBetonError, TruncatedError
from tests.pipelines.storage.betons import write_beton


def images(count: int = 5, size: int = 8) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (count, size, size, 3), dtype=np.uint8)


def write(path: Path, count: int = 5, storage: str = "raw") -> NDArray[np.uint8]:
    pictures = images(count)
    write_beton(path, zip(pictures, range(count), strict=True), count, storage)
    return pictures


def test_raw_pixels_come_back(tmp_path: Path) -> None:
    pictures = write(tmp_path / "a.beton")
    file = BetonFile(tmp_path / "a.beton")
    assert len(file) == 5
    assert file.size == 8
    assert list(file.labels) == [0, 1, 2, 3, 4]
    for index, picture in enumerate(pictures):
        np.testing.assert_array_equal(file.image(index), picture)


def test_jpeg_comes_back_nearly(tmp_path: Path) -> None:
    smooth = np.tile(np.arange(64, dtype=np.uint8)[:, None, None] * 3, (1, 64, 3))
    write_beton(tmp_path / "a.beton", [(smooth, 1)], 1, "jpeg")
    decoded = BetonFile(tmp_path / "a.beton").image(0)
    assert np.abs(decoded.astype(int) - smooth).mean() < 2


def test_the_same_images_give_the_same_bytes(tmp_path: Path) -> None:
    write(tmp_path / "a.beton")
    write(tmp_path / "b.beton")
    assert (tmp_path / "a.beton").read_bytes() == (tmp_path / "b.beton").read_bytes()


def test_samples_never_straddle_a_page(tmp_path: Path) -> None:
    """FFCV's process cache reads whole pages of 2 MiB."""
    size, count = 300, 20  # 270,000 bytes each: seven a page
    pictures = images(count, size)
    write_beton(tmp_path / "a.beton", zip(pictures, range(count), strict=True), count)
    file = BetonFile(tmp_path / "a.beton")
    starts, ends = file._starts, file._starts + file._sizes - 1
    assert list(starts // (2 << 20)) == list(ends // (2 << 20))
    np.testing.assert_array_equal(file.image(count - 1), pictures[-1])


def test_reads_what_ffcvs_own_writer_wrote(tmp_path: Path) -> None:
    pytest.importorskip("ffcv")
    from ffcv.fields import IntField, RGBImageField
    from ffcv.writer import DatasetWriter

    pictures = images(40)
    samples = [(picture, label) for label, picture in enumerate(pictures)]
    writer = DatasetWriter(
        str(tmp_path / "theirs.beton"), {"image": RGBImageField(write_mode="raw"), "label": IntField()}, num_workers=2
    )
    writer.from_indexed_dataset(samples, chunksize=7)
    file = BetonFile(tmp_path / "theirs.beton")
    assert list(file.labels) == list(range(40))
    for index, picture in enumerate(pictures):
        np.testing.assert_array_equal(file.image(index), picture)


@pytest.mark.parametrize("given", [4, 6])
def test_refuses_another_number_of_samples_than_announced(tmp_path: Path, given: int) -> None:
    with pytest.raises(RangeError) as refused:
        write_beton(tmp_path / "a.beton", ((picture, 0) for picture in images(given)), 5)
    assert refused.value.where == "a.beton"


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        (lambda data: data[:10], NotBetonError),
        (lambda data: data[:-1], TruncatedError),
        (lambda data: data[: len(data) // 2], TruncatedError),
        (lambda data: b"\x01" + data[1:], NotBetonError),
        (lambda data: data + b"\x00", TruncatedError),
        (lambda data: b"\x00" * len(data), NotBetonError),
    ],
)
def test_refuses_damaged_files(tmp_path: Path, damage: Callable[[bytes], bytes], error: type[BetonError]) -> None:
    path = tmp_path / "a.beton"
    write(path)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(error) as refused:
        BetonFile(path)
    assert type(refused.value) is error
    assert refused.value.where == str(path)


@pytest.mark.parametrize("field", ["data_ptr", "height", "mode"])
def test_refuses_metadata_that_point_elsewhere(tmp_path: Path, field: str) -> None:
    from pipelines.storage.beton import _FIELD, _HEADER, _SAMPLE

    path = tmp_path / "a.beton"
    write(path)
    metadata = np.memmap(path, _SAMPLE, mode="r+", offset=_HEADER.itemsize + 2 * _FIELD.itemsize, shape=5)
    metadata["image"][field][3] = 77
    metadata.flush()
    with pytest.raises(BetonError):
        BetonFile(path)
