"""Colours changed at random: torchvision's own result for each image, with factors of its own."""

import pytest
import torch
from torchvision.transforms.v2 import functional as F

from pipelines.loading.augment import COLOR_JITTER, epoch_draws
from pipelines.loading.color_jitter import Jitters, jitter, turn_hue

SAMPLES = 32
ADJUST = (F.adjust_brightness, F.adjust_contrast, F.adjust_saturation, F.adjust_hue)  # by our numbers


def pictures(count: int = SAMPLES) -> torch.Tensor:
    """Colours of all kinds: greys, black, white, two channels alike, and any."""
    images = torch.rand(count, 3, 12, 12, generator=torch.Generator().manual_seed(0))
    images[:, :, 0] = images[:, :1, 0]
    images[:, 1, 1], images[:, 2, 2], images[:, 2, 3] = images[:, 0, 1], images[:, 1, 2], images[:, 0, 3]
    images[:, :, 4, 0], images[:, :, 4, 1] = 0, 1
    return images


def draws(count: int) -> torch.Tensor:
    return epoch_draws(count, 0, 0, COLOR_JITTER)


@pytest.mark.parametrize(("color", "hue"), [(0.4, 0.1), (0.0, 0.5), (1.5, 0.0)])
def test_each_image_is_what_torchvision_makes_of_it(color: float, hue: float) -> None:
    images, jitters = pictures(), Jitters.of(draws(SAMPLES), color, hue)
    done = jitter(images, jitters)
    for image, order, factors, ours in zip(images, jitters.order.tolist(), jitters.factors.tolist(), done, strict=True):
        for kind in order:
            image = ADJUST[kind](image, factors[kind])
        torch.testing.assert_close(ours, image, atol=1e-4, rtol=0)
    assert not torch.allclose(done, images, atol=0.01)


def test_factors_are_uniform_in_torchvisions_ranges() -> None:
    factors = Jitters.of(draws(20_000), 1.5, 0.2).factors
    assert factors.amin(0).tolist() == pytest.approx([0, 0, 0, -0.2], abs=0.01)
    assert factors.amax(0).tolist() == pytest.approx([2.5, 2.5, 2.5, 0.2], abs=0.01)
    assert factors.mean(0).tolist() == pytest.approx([1.25, 1.25, 1.25, 0], abs=0.02)


def test_every_order_of_what_is_jittered_is_as_likely() -> None:
    all_four = Jitters.of(draws(24_000), 0.4, 0.1).order
    orders, counts = all_four.unique(dim=0, return_counts=True)
    assert (all_four.sort(dim=1).values == torch.arange(4)).all()
    assert len(orders) == 24
    assert counts.tolist() == pytest.approx([1000] * 24, abs=150)
    assert Jitters.of(draws(100), 0.4, 0.0).order.unique().tolist() == [0, 1, 2]
    assert Jitters.of(draws(100), 0.0, 0.1).order.unique().tolist() == [3]


def test_a_third_of_a_turn_makes_red_green_and_green_blue() -> None:
    red, green, blue = torch.eye(3)[:, :, None, None]
    turned = turn_hue(torch.stack([red, green, blue]), torch.full((3,), 1 / 3))
    torch.testing.assert_close(turned, torch.stack([green, blue, red]), atol=1e-5, rtol=0)
