"""Views of images: seeded by (seed, epoch, sample) alone, and what a crop and a mirror should be."""

from math import log

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from pipelines.loading.augment import Normaliser, epoch_draws, epoch_order, random_crops, random_views, resize

WHOLE = torch.tensor([[0.9, 0.5, 0.5, 0.5, 0.9]])  # area, ratio, row, column, mirror (below a half: mirrored)


def pictures(count: int = 4, size: int = 8) -> torch.Tensor:
    return torch.arange(count * 3 * size * size, dtype=torch.float32).view(count, 3, size, size)


def test_orders_are_permutations_that_never_repeat() -> None:
    """FFCV's own order is seed + epoch: seed 0 epoch 1 is seed 1 epoch 0."""
    orders = [tuple(epoch_order(100, seed, epoch)) for seed in range(4) for epoch in range(4)]
    assert all(sorted(order) == list(range(100)) for order in orders)
    assert len(set(orders)) == 16
    assert tuple(epoch_order(100, 3, 2)) == orders[14]


def test_draws_are_uniform_and_their_own_for_every_epoch() -> None:
    draws = epoch_draws(10_000, seed=0, epoch=0)
    assert draws.shape == (10_000, 5)
    assert draws.min() >= 0
    assert draws.max() < 1
    assert draws.mean(dim=0) == pytest.approx([0.5] * 5, abs=0.02)
    assert not torch.equal(draws, epoch_draws(10_000, seed=0, epoch=1))
    assert torch.equal(draws, epoch_draws(10_000, seed=0, epoch=0))


def test_without_crop_and_mirror_a_view_is_the_image() -> None:
    images = pictures()
    views = random_views(images, epoch_draws(4, 0, 0), 8, min_crop=1.0, flip=False)
    torch.testing.assert_close(views, images)


def test_half_of_the_views_are_mirrored() -> None:
    images = pictures(count=400)
    draws = epoch_draws(400, 0, 0)
    views = random_views(images, draws, 8, min_crop=1.0, flip=True)
    mirrored = [torch.allclose(view, image.flip(2), atol=1e-2) for view, image in zip(views, images, strict=True)]
    straight = [torch.allclose(view, image, atol=1e-2) for view, image in zip(views, images, strict=True)]
    assert all(a != b for a, b in zip(mirrored, straight, strict=True))
    assert 160 < sum(mirrored) < 240


def test_a_crop_keeps_the_share_that_was_drawn() -> None:
    """A ramp's slope tells the width of the crop, its middle the place."""
    ramp = torch.linspace(-1, 1, 64).expand(1, 3, 64, 64)
    for area, column in ((0.25, 0.0), (0.25, 1.0), (0.49, 0.5)):
        draws = torch.tensor([[(area - 0.2) / 0.8, 0.5, 0.5, column, 0.9]])
        view = random_views(ramp, draws, 64, min_crop=0.2, flip=False)[0, 0, 32]
        side = area**0.5
        assert float(view[62] - view[1]) / 2 == pytest.approx(side, abs=0.05)
        assert float(view.mean()) == pytest.approx((1 - side) * (2 * column - 1), abs=0.03)


@given(area=st.floats(0, 1, width=32, exclude_max=True), ratio=st.floats(0, 1, width=32), min_crop=st.floats(0.05, 1))
def test_a_crop_has_the_area_that_was_drawn_and_fits(area: float, ratio: float, min_crop: float) -> None:
    """Torchvision's meaning of ``scale``: the clamped sides of before kept as little as 0.86 of the area at 0.99."""
    crops = random_crops(torch.tensor([[area, ratio, 0.7, 0.3, 0.2]]), min_crop=min_crop, flip=True)
    width, height = float(crops.width), float(crops.height)
    assert width * height == pytest.approx(min_crop + (1 - min_crop) * area, rel=1e-4)
    assert width * height >= min_crop * (1 - 1e-4)
    assert 3 / 4 - 1e-4 <= width / height <= 4 / 3 + 1e-4
    assert 0 <= float(crops.left) <= 1 - width + 1e-6
    assert 0 <= float(crops.top) <= 1 - height + 1e-6
    assert bool(crops.mirrored)


def test_crops_of_no_area_limit_have_every_aspect_ratio() -> None:
    crops = random_crops(epoch_draws(4000, 0, 0), min_crop=0.2, flip=False)
    small = crops.width * crops.height < 0.5
    ratios = (crops.width / crops.height)[small].log()
    assert float(ratios.min()) == pytest.approx(-log(4 / 3), abs=0.01)
    assert float(ratios.max()) == pytest.approx(log(4 / 3), abs=0.01)
    assert float(ratios.mean()) == pytest.approx(0, abs=0.02)
    assert not crops.mirrored.any()


@pytest.mark.parametrize("size", [64, 48, 32, 24, 16, 8])
def test_views_are_as_smooth_as_scored_images(size: int) -> None:
    """Of noise, whose deviation tells the filter: sampled without antialiasing it was three times as high."""
    noise = torch.from_numpy(np.random.default_rng(0).normal(0, 50, (8, 3, 64, 64)).astype(np.float32))
    views = random_views(noise, epoch_draws(8, 0, 0), size, min_crop=1.0, flip=False)
    scored = resize(noise, size)
    assert float(views.std()) == pytest.approx(float(scored.std()), rel=0.05)
    torch.testing.assert_close(views, scored, atol=1e-3, rtol=1e-4)


@pytest.mark.parametrize("size", [16, 40])
def test_a_crop_is_filtered_as_if_it_were_an_image(size: int) -> None:
    """A crop on whole pixels by torch's own antialiased filter; mirrored."""
    noise = torch.rand(1, 3, 48, 48, generator=torch.Generator().manual_seed(0))
    draws = torch.tensor([[(0.25 - 0.2) / 0.8, 0.5, 0.5, 0.5, 0.1]])  # 24 x 24 pixels in the middle
    view = random_views(noise, draws, size, min_crop=0.2, flip=True)
    crop = F.interpolate(noise[:, :, 12:36, 12:36], size=(size, size), mode="bilinear", antialias=True).flip(3)
    inner = slice(2, -2)  # at its border a view also sees the image around the crop
    torch.testing.assert_close(view[:, :, inner, inner], crop[:, :, inner, inner], atol=1e-4, rtol=1e-4)


def test_a_view_depends_on_its_own_draws_alone() -> None:
    images, draws = pictures(8), epoch_draws(8, 0, 0)
    together = random_views(images, draws, 6, min_crop=0.3, flip=True)
    order = torch.tensor([5, 0, 7])
    torch.testing.assert_close(random_views(images[order], draws[order], 6, min_crop=0.3, flip=True), together[order])


def test_views_never_show_what_is_not_in_the_image() -> None:
    images = torch.rand(64, 3, 16, 16) + 5
    for size in (16, 6):
        views = random_views(images, epoch_draws(64, 0, 0), size, min_crop=0.1, flip=True)
        assert float(views.min()) >= 5 - 1e-4
        assert float(views.max()) <= 6 + 1e-4


def test_resize_keeps_images_that_fit_and_averages_those_that_do_not() -> None:
    images = pictures()
    assert resize(images, 8) is images
    small = resize(images, 4)
    assert small.shape == (4, 3, 4, 4)
    torch.testing.assert_close(small.mean(dim=(2, 3)), images.mean(dim=(2, 3)), rtol=1e-3, atol=0.5)


def test_normalised_images_have_mean_0_and_deviation_1() -> None:
    generator = np.random.default_rng(0)
    images = torch.from_numpy(generator.integers(0, 256, (8, 3, 16, 16), dtype=np.uint8))
    scaled = images.float() / 255
    mean = tuple(scaled.mean(dim=(0, 2, 3)).tolist())
    std = tuple(scaled.std(dim=(0, 2, 3)).tolist())
    normal = Normaliser(mean, std, torch.device("cpu"))(images)
    torch.testing.assert_close(normal.mean(dim=(0, 2, 3)), torch.zeros(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(normal.std(dim=(0, 2, 3)), torch.ones(3), atol=1e-4, rtol=0)
