"""Batches in pieces, when memory really runs out."""

import pytest
import torch
from torch import Tensor

from pipelines.training.pieces import Pieces

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
    pieces = Pieces()
    work, sizes = hungry(64)
    assert len(pieces.each(IMAGES, LABELS, work)) == 1  # type: ignore[arg-type]
    assert sizes == [64]


def test_halves_until_it_fits_and_remembers() -> None:
    pieces = Pieces()
    work, sizes = hungry(20)
    undone: list[int] = []
    results = pieces.each(IMAGES, LABELS, work, undo=lambda: undone.append(1))  # type: ignore[arg-type]
    assert sizes == [64, 32, 16, 16, 16, 16]
    assert pieces.number == 4
    assert len(undone) == 2
    assert float(torch.stack(results).sum()) == float(IMAGES.sum())
    sizes.clear()
    pieces.each(IMAGES, LABELS, work)  # type: ignore[arg-type]
    assert sizes == [16] * 4


def test_gives_up_where_not_even_a_few_images_fit() -> None:
    work, sizes = hungry(3)
    with pytest.raises(torch.OutOfMemoryError, match=r"not even 8 of a batch's 64 images fit: .*allocate"):
        Pieces().each(IMAGES, LABELS, work)  # type: ignore[arg-type]
    assert min(sizes) == 8


def test_other_errors_come_through() -> None:
    def broken(images: Tensor, labels: Tensor) -> Tensor:
        raise RuntimeError("shapes do not match")

    with pytest.raises(RuntimeError, match="shapes do not match"):
        Pieces().each(IMAGES, LABELS, broken)
