"""What every reader promises, asked of all three; then FFCV's traps, one by one."""

import os
import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from pipelines.loading.base import Reader, ReaderKind
from pipelines.loading.factory import choose_reader, open_reader
from tests.pipelines.storage.betons import write_beton

COUNT, SIZE, BATCH = 50, 8, 16
CPU = torch.device("cpu")
KINDS: list[tuple[ReaderKind, int]] = [("ffcv", 1), ("ffcv", 2), ("plain", 1), ("plain", 3), ("resident", 2)]


@pytest.fixture(scope="module")
def pictures() -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (COUNT, SIZE, SIZE, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def path(pictures: NDArray[np.uint8], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("beton") / "a.beton"
    write_beton(path, zip(pictures, range(COUNT), strict=True), COUNT)
    return path


@pytest.fixture(scope="module", params=KINDS, ids=str)
def reader(request: pytest.FixtureRequest, path: Path) -> Reader:
    kind, workers = request.param
    if kind == "ffcv":
        pytest.importorskip("ffcv", reason="FFCV is not installed")
    return open_reader(path, kind, workers=workers, device=CPU)


@pytest.fixture(scope="module")
def ffcv_reader(path: Path) -> Reader:
    pytest.importorskip("ffcv", reason="FFCV is not installed")
    return open_reader(path, "ffcv", workers=1, device=CPU)


def read(reader: Reader, order: NDArray[np.int64]) -> tuple[NDArray[np.uint8], list[int]]:
    pixels, labels = [], []
    with reader.batches(order, BATCH) as batches:
        for images, numbers in batches:
            pixels.append(images.permute(0, 2, 3, 1).numpy().copy())
            labels += numbers.tolist()
    return np.concatenate(pixels), labels


def test_gives_what_was_written_in_the_order_asked_for(reader: Reader, pictures: NDArray[np.uint8]) -> None:
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(COUNT)
        pixels, labels = read(reader, order)
        assert labels == order.tolist()
        np.testing.assert_array_equal(pixels, pictures[order])


def test_keeps_the_last_smaller_batch(reader: Reader) -> None:
    with reader.batches(np.arange(COUNT), BATCH) as batches:
        sizes = [len(labels) for _, labels in batches]
    assert sizes == [16, 16, 16, 2]


def test_reads_a_part_of_the_file(reader: Reader, pictures: NDArray[np.uint8]) -> None:
    order = np.array([7, 7, 3])
    pixels, labels = read(reader, order)
    assert labels == [7, 7, 3]
    np.testing.assert_array_equal(pixels, pictures[order])


def test_batches_are_uint8_channels_last_and_int64(reader: Reader) -> None:
    with reader.batches(np.arange(COUNT), BATCH) as batches:
        images, labels = next(iter(batches))
    assert images.shape == (BATCH, 3, SIZE, SIZE)
    assert images.dtype == torch.uint8
    assert images.is_contiguous(memory_format=torch.channels_last)
    assert labels.dtype == torch.int64


def test_a_batch_is_valid_until_the_next(reader: Reader, pictures: NDArray[np.uint8]) -> None:
    order = np.tile(np.arange(COUNT), 8)
    with reader.batches(order, BATCH) as batches:
        for number, (images, _) in enumerate(batches):
            threading.Event().wait(0.002)  # the reader is far ahead by now
            expected = pictures[order[number * BATCH : (number + 1) * BATCH]]
            np.testing.assert_array_equal(images.permute(0, 2, 3, 1).numpy(), expected)


def test_knows_all_labels(reader: Reader) -> None:
    assert reader.labels.tolist() == list(range(COUNT))


def test_passes_that_are_left_early_leak_no_thread(reader: Reader) -> None:
    read(reader, np.arange(COUNT))
    before = threading.active_count()
    for _ in range(20):
        with reader.batches(np.tile(np.arange(COUNT), 10), BATCH) as batches:
            next(iter(batches))
    assert threading.active_count() == before


def test_an_error_in_the_loop_comes_through(reader: Reader) -> None:
    def broken_loop() -> None:
        with reader.batches(np.arange(COUNT), BATCH) as batches:
            for _ in batches:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken_loop()
    assert len(read(reader, np.arange(COUNT))[1]) == COUNT


@pytest.mark.parametrize("kind", ["ffcv", "plain", "resident"])
def test_torchs_threads_are_left_alone(kind: ReaderKind, path: Path) -> None:
    if kind == "ffcv":
        pytest.importorskip("ffcv")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        read(open_reader(path, kind, workers=2, device=CPU), np.arange(COUNT))
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)


def test_ffcv_takes_no_more_workers_than_cores(path: Path) -> None:
    pytest.importorskip("ffcv")
    reader = open_reader(path, "ffcv", workers=1000, device=CPU)
    assert reader._loader.num_workers <= len(os.sched_getaffinity(0))  # type: ignore[attr-defined]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_failure_while_ffcv_decodes_is_raised(ffcv_reader: Reader) -> None:
    """FFCV alone would wait for ever."""
    from pipelines.loading.ffcv import DecodingError

    loader = ffcv_reader._loader  # type: ignore[attr-defined]
    whole = loader.code

    def fail(**_: object) -> None:
        raise MemoryError("injected")

    loader.code = ([(fail, [])], [])
    try:
        with (
            pytest.raises(DecodingError),
            ffcv_reader.batches(np.arange(COUNT), BATCH) as batches,
        ):
            next(iter(batches))
    finally:
        loader.code = whole
    assert len(read(ffcv_reader, np.arange(COUNT))[1]) == COUNT


def test_batches_of_another_size_need_no_other_reader(reader: Reader, pictures: NDArray[np.uint8]) -> None:
    order = np.arange(COUNT)[::-1].copy()
    for size in (1, 7, 64):
        with reader.batches(order, size) as batches:
            parts = [images.permute(0, 2, 3, 1).numpy().copy() for images, _ in batches]
        assert len(parts[0]) == min(size, COUNT)
        np.testing.assert_array_equal(np.concatenate(parts), pictures[order])


def test_jpeg_gives_the_same_pixels_with_every_reader(tmp_path: Path) -> None:
    """To the bit: other decoders round otherwise, by up to three levels in two thirds of all values."""
    pytest.importorskip("ffcv", reason="FFCV is not installed")
    y, x = np.mgrid[:24, :24]
    smooth = np.stack([x * 10, y * 10, (x + y) * 5], axis=2).astype(np.uint8)
    noise = np.random.default_rng(0).integers(0, 256, (3, 24, 24, 3), dtype=np.uint8)
    path = tmp_path / "jpeg.beton"
    write_beton(path, zip([smooth, *noise], range(4), strict=True), 4, "jpeg")
    ffcv, plain, resident = (
        read(open_reader(path, kind, workers=1, device=CPU), np.arange(4))[0] for kind in ("ffcv", "plain", "resident")
    )
    np.testing.assert_array_equal(ffcv, plain)
    np.testing.assert_array_equal(ffcv, resident)
    assert np.abs(ffcv[0].astype(int) - smooth).mean() < 4


def test_a_resident_reader_never_opens_its_file_again(path: Path, tmp_path: Path, pictures: NDArray[np.uint8]) -> None:
    copy = tmp_path / "copy.beton"
    copy.write_bytes(path.read_bytes())
    reader = open_reader(copy, "resident", workers=1, device=CPU)
    copy.unlink()
    np.testing.assert_array_equal(read(reader, np.arange(COUNT))[0], pictures)


def test_images_stay_in_memory_where_they_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose_reader(1000, memory=1000) == "resident"
    monkeypatch.setattr("pipelines.loading.factory.find_spec", lambda name: object())
    assert choose_reader(1001, memory=1000) == "ffcv"
    monkeypatch.setattr("pipelines.loading.factory.find_spec", lambda name: None)
    assert choose_reader(1001, memory=1000) == "plain"
