"""Rectangles erased at random, as torchvision's."""

from math import log

import pytest
import torch
from torchvision.transforms.v2 import RandomErasing
from torchvision.transforms.v2 import functional as F

from pipelines.loading.augment import ERASING, epoch_draws
from pipelines.loading.erasing import erase, erased_boxes

SIZE = 64


def drawn(count: int, share: float, size: int = SIZE) -> torch.Tensor:
    return erased_boxes(epoch_draws(count, 0, 0, ERASING), share, size)


def sides(boxes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    return boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]


def test_a_view_is_what_torchvision_erases_of_it() -> None:
    views, boxes = torch.randn(64, 3, SIZE, SIZE), drawn(64, 0.5)
    done = erase(views, boxes)
    for view, (top, left, bottom, right), ours in zip(views, boxes.tolist(), done, strict=True):
        assert torch.equal(ours, F.erase(view, top, left, bottom - top, right - left, torch.zeros(3, 1, 1)))
    untouched = [torch.equal(view, ours) for view, ours in zip(views, done, strict=True)]
    assert 16 < sum(untouched) < 48


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_so_many_views_lose_a_rectangle(share: float) -> None:
    height, width = sides(drawn(4000, share))
    assert float((height * width > 0).float().mean()) == pytest.approx(share, abs=0.02)
    assert ((height > 0) == (width > 0)).all()


def test_rectangles_are_of_the_areas_and_ratios_that_torchvision_draws() -> None:
    height, width = sides(drawn(4000, 1.0))
    theirs = RandomErasing(p=1)
    torch.manual_seed(0)
    params = [theirs.make_params([torch.zeros(3, SIZE, SIZE)]) for _ in range(2000)]
    areas = torch.tensor([each["h"] * each["w"] / SIZE**2 for each in params])
    ratios = torch.tensor([log(each["h"] / each["w"]) for each in params])
    area, ratio = height * width / SIZE**2, (height / width).log()
    for quantile in (0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99):
        assert float(area.quantile(quantile)) == pytest.approx(float(areas.quantile(quantile)), abs=0.015)
        assert float(ratio.quantile(quantile)) == pytest.approx(float(ratios.quantile(quantile)), abs=0.1)


@pytest.mark.parametrize("size", [4, 32])
def test_rectangles_lie_anywhere_in_the_view_and_never_cover_it(size: int) -> None:
    boxes = drawn(4000, 1.0, size)
    height, width = sides(boxes)
    assert int(boxes.min()) == 0
    assert int(boxes.max()) == size
    assert int(torch.maximum(height, width).max()) < size
    top, left = boxes[:, 0] / (size - height), boxes[:, 1] / (size - width)
    assert [float(top.mean()), float(left.mean())] == pytest.approx([0.5, 0.5], abs=0.03)
