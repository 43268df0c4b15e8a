"""One operation for each image of a batch."""

import pytest
import torch
from torch import Tensor

from pipelines.loading.by_kind import apply_by_kind, pick


def plus(images: Tensor, amounts: Tensor) -> Tensor:
    return images + amounts[:, None, None, None]


def times(images: Tensor, amounts: Tensor) -> Tensor:
    return images * amounts[:, None, None, None]


def never(images: Tensor, amounts: Tensor) -> Tensor:
    raise AssertionError("there is no image of this kind")


def test_each_image_gets_its_own_operation_and_amount_in_its_place() -> None:
    images = torch.arange(1.0, 6).view(5, 1, 1, 1).expand(5, 3, 2, 2)
    kinds, amounts = torch.tensor([2, 0, 2, 0, 0]), torch.tensor([10.0, 1, 100, 2, 3])
    done = apply_by_kind(images, kinds, amounts, (plus, never, times))
    assert done[:, 0, 0, 0].tolist() == [10, 3, 300, 6, 8]
    assert images[:, 2, 1, 1].tolist() == [1, 2, 3, 4, 5]


def test_every_number_is_as_likely() -> None:
    numbers = pick(torch.arange(14_000) / 14_000, 14)
    assert numbers.bincount().tolist() == pytest.approx([1000] * 14, abs=1)


def test_no_draw_is_too_large() -> None:
    counts = torch.arange(1, 4000)
    assert torch.equal(pick(torch.full((3999,), 1 - 2**-24), counts), counts - 1)
