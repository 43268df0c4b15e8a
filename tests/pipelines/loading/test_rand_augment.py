"""RandAugment: each operation is torchvision's, and so is which are drawn."""

import pytest
import torch
from torchvision.transforms import InterpolationMode, v2

from pipelines.loading.augment import RAND_AUGMENT, epoch_draws
from pipelines.loading.by_kind import pick
from pipelines.loading.rand_augment import operations, rand_augment

SAMPLES, SIZE = 64, 24
THEIRS = v2.RandAugment(interpolation=InterpolationMode.BILINEAR)
NAMES = tuple(THEIRS._AUGMENTATION_SPACE)


def pictures(count: int = SAMPLES, size: int = SIZE) -> torch.Tensor:
    """Smooth, and not of all values, so that contrast may be stretched."""
    coarse = torch.rand(count, 3, 5, 5, generator=torch.Generator().manual_seed(0)) * 0.8 + 0.1
    return torch.nn.functional.interpolate(coarse, size=(size, size), mode="bilinear")


def torchvisions(image: torch.Tensor, name: str, magnitude: int, sign: float) -> torch.Tensor:
    """What torchvision's own class makes of one image."""
    amounts, signed = THEIRS._AUGMENTATION_SPACE[name]
    found = amounts(31, *image.shape[-2:])
    amount = 0.0 if found is None else float(found[magnitude]) * (sign if signed else 1)
    done: torch.Tensor = THEIRS._apply_image_or_video_transform(image, name, amount, THEIRS.interpolation, THEIRS._fill)
    return done


def test_the_operations_are_torchvisions_in_its_order() -> None:
    assert tuple(operations(9, SIZE)) == NAMES


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("magnitude", "size"), [(9, SIZE), (30, 33), (14, SIZE)])
def test_an_operation_gives_what_torchvisions_gives(name: str, magnitude: int, size: int) -> None:
    images, signs = pictures(4, size), torch.tensor([1.0, -1, -1, 1])
    ours = operations(magnitude, size)[name](images, signs)
    for image, sign, done in zip(images, signs.tolist(), ours, strict=True):
        torch.testing.assert_close(done, torchvisions(image, name, magnitude, sign), atol=1e-3, rtol=0)
    if name != "Identity":
        assert not torch.allclose(ours, images, atol=1e-3)


def test_each_image_gets_the_two_operations_that_were_drawn() -> None:
    images, draws = pictures(), epoch_draws(SAMPLES, 0, 0, RAND_AUGMENT)
    done = rand_augment(images, draws, 9)
    smooth = 0
    for image, drawn, ours in zip(images, draws, done, strict=True):
        named = [NAMES[int(kind)] for kind in pick(drawn[[0, 2]], len(NAMES))]
        for name, sign in zip(named, drawn[[1, 3]], strict=True):
            image = torchvisions(image, name, 9, -1.0 if sign < 0.5 else 1.0)
        if not {"Posterize", "Solarize", "Equalize"} & set(named):  # there a rounding may cross a step
            smooth += 1
            torch.testing.assert_close(ours, image, atol=1e-3, rtol=0)
        assert float(((ours - image).abs() > 1e-3).float().mean()) < 0.02
    assert smooth > SAMPLES / 2


def test_values_stay_from_0_to_1() -> None:
    done = rand_augment(pictures(200), epoch_draws(200, 0, 0, RAND_AUGMENT), 30)
    assert float(done.min()) >= 0
    assert float(done.max()) <= 1 + 1e-6
