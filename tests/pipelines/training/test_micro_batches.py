"""Batches in parts, when memory really runs out."""

import pytest
import torch
from torch import Tensor

from pipelines.training.micro_batches import MicroBatches, out_of_memory

IMAGES, LABELS = torch.arange(64.0).view(64, 1), torch.arange(64)


def hungry(most: int) -> "tuple[object, list[int]]":
    """Work that asks torch for more memory than any machine has where it is given more than ``most`` images."""
    sizes: list[int] = []

    def work(images: Tensor, labels: Tensor) -> Tensor:
        sizes.append(len(images))
        torch.empty(1 if len(images) <= most else 2**50, dtype=torch.uint8)
        return images.sum()

    return work, sizes


def test_a_batch_that_fits_stays_whole() -> None:
    micro_batches = MicroBatches()
    work, sizes = hungry(64)
    assert len(micro_batches.each(IMAGES, LABELS, work)) == 1  # type: ignore[arg-type]
    assert sizes == [64]


def test_halves_until_it_fits_and_remembers() -> None:
    micro_batches = MicroBatches()
    work, sizes = hungry(20)
    undone: list[int] = []
    results = micro_batches.each(IMAGES, LABELS, work, undo=lambda: undone.append(1))  # type: ignore[arg-type]
    assert sizes == [64, 32, 16, 16, 16, 16]
    assert micro_batches.number == 4
    assert len(undone) == 2
    assert float(torch.stack(results).sum()) == float(IMAGES.sum())
    sizes.clear()
    micro_batches.each(IMAGES, LABELS, work)  # type: ignore[arg-type]
    assert sizes == [16] * 4


def test_gives_up_where_not_even_a_few_images_fit() -> None:
    work, sizes = hungry(3)
    with pytest.raises(torch.OutOfMemoryError):  # torch's allocator for the CPU raises a plain RuntimeError
        MicroBatches().each(IMAGES, LABELS, work)  # type: ignore[arg-type]
    assert min(sizes) == 8


def test_other_errors_come_through() -> None:
    problem = RuntimeError("shapes do not match")

    def broken(images: Tensor, labels: Tensor) -> Tensor:
        raise problem

    with pytest.raises(RuntimeError) as raised:
        MicroBatches().each(IMAGES, LABELS, broken)
    assert raised.value is problem


@pytest.mark.parametrize(
    "words",
    [
        "DefaultCPUAllocator: can't allocate memory: you tried to allocate",
        "unable to mmap 4096 bytes from file </torch_1_2_3>: Cannot allocate memory (12)",
        "CUDA error: out of memory\nCUDA kernel errors might be asynchronously reported at some other API call",
        "CUDA driver error: out of memory",
        "Triton Error [CUDA]: out of memory",
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
        "cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
        "cuDNN error: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED",
        "std::bad_alloc",
    ],
)
def test_a_lack_of_memory_has_many_words(words: str) -> None:
    assert out_of_memory(RuntimeError(words))


@pytest.mark.parametrize(
    "words",
    [
        "CUDA error: an illegal memory access was encountered",
        "cuDNN error: CUDNN_STATUS_EXECUTION_FAILED",
        "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!",
    ],
)
def test_other_errors_are_no_lack_of_memory(words: str) -> None:
    assert not out_of_memory(RuntimeError(words))
