"""What every reader promises, asked of both; then FFCV's traps, one by one."""

import os
import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from pipelines.errors import DataError
from pipelines.loading.reader import Reader, ReaderKind, default_reader, open_reader
from pipelines.storage.beton import write_beton

COUNT, SIZE, BATCH = 50, 8, 16


@pytest.fixture(scope="module")
def pictures() -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (COUNT, SIZE, SIZE, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def path(pictures: NDArray[np.uint8], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("beton") / "a.beton"
    write_beton(path, zip(pictures, range(COUNT), strict=True), COUNT)
    return path


@pytest.fixture(scope="module", params=[("ffcv", 1), ("ffcv", 2), ("plain", 1), ("plain", 3)], ids=str)
def reader(request: pytest.FixtureRequest, path: Path) -> Reader:
    kind, workers = request.param
    if kind == "ffcv":
        pytest.importorskip("ffcv", reason="FFCV is not installed")
    return open_reader(path, BATCH, workers, kind)


@pytest.fixture(scope="module")
def ffcv_reader(path: Path) -> Reader:
    pytest.importorskip("ffcv", reason="FFCV is not installed")
    return open_reader(path, BATCH, 1, "ffcv")


def read(reader: Reader, order: NDArray[np.int64]) -> tuple[NDArray[np.uint8], list[int]]:
    pixels, labels = [], []
    with reader.batches(order) as batches:
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
    with reader.batches(np.arange(COUNT)) as batches:
        sizes = [len(labels) for _, labels in batches]
    assert sizes == [16, 16, 16, 2]


def test_reads_a_part_of_the_file(reader: Reader, pictures: NDArray[np.uint8]) -> None:
    order = np.array([7, 7, 3])
    pixels, labels = read(reader, order)
    assert labels == [7, 7, 3]
    np.testing.assert_array_equal(pixels, pictures[order])


def test_batches_are_uint8_channels_last_and_int64(reader: Reader) -> None:
    with reader.batches(np.arange(COUNT)) as batches:
        images, labels = next(iter(batches))
    assert images.shape == (BATCH, 3, SIZE, SIZE)
    assert images.dtype == torch.uint8
    assert images.is_contiguous(memory_format=torch.channels_last)
    assert labels.dtype == torch.int64


def test_a_batch_is_valid_until_the_next(reader: Reader, pictures: NDArray[np.uint8]) -> None:
    order = np.tile(np.arange(COUNT), 8)
    with reader.batches(order) as batches:
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
        with reader.batches(np.tile(np.arange(COUNT), 10)) as batches:
            next(iter(batches))
    assert threading.active_count() == before


def test_an_error_in_the_loop_comes_through(reader: Reader) -> None:
    def broken_loop() -> None:
        with reader.batches(np.arange(COUNT)) as batches:
            for _ in batches:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken_loop()
    assert len(read(reader, np.arange(COUNT))[1]) == COUNT


@pytest.mark.parametrize("kind", ["ffcv", "plain"])
def test_torchs_threads_are_left_alone(kind: ReaderKind, path: Path) -> None:
    if kind == "ffcv":
        pytest.importorskip("ffcv")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        read(open_reader(path, BATCH, 2, kind), np.arange(COUNT))
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)


def test_ffcv_takes_no_more_workers_than_cores(path: Path) -> None:
    pytest.importorskip("ffcv")
    reader = open_reader(path, BATCH, 1000, "ffcv")
    assert reader._loader.num_workers <= len(os.sched_getaffinity(0))  # type: ignore[attr-defined]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_failure_while_ffcv_decodes_is_raised(ffcv_reader: Reader) -> None:
    """FFCV alone would wait for ever."""
    loader = ffcv_reader._loader  # type: ignore[attr-defined]
    whole = loader.code

    def fail(**_: object) -> None:
        raise MemoryError("injected")

    loader.code = ([(fail, [])], [])
    try:
        with (
            pytest.raises(DataError, match="FFCV failed while decoding"),
            ffcv_reader.batches(np.arange(COUNT)) as batches,
        ):
            next(iter(batches))
    finally:
        loader.code = whole
    assert len(read(ffcv_reader, np.arange(COUNT))[1]) == COUNT


def test_ffcv_is_chosen_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.loading.reader.find_spec", lambda name: object())
    assert default_reader() == "ffcv"
    monkeypatch.setattr("pipelines.loading.reader.find_spec", lambda name: None)
    assert default_reader() == "plain"
