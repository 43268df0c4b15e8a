"""Mixed batches: torchvision's, seeded by the step alone."""

import pytest
import torch

from pipelines.training.mixing import mix
from pipelines.training.recipe import Recipe

IMAGES, LABELS = torch.rand(8, 3, 16, 16), torch.arange(8) % 4


def mixed(seed: tuple[int, ...] = (0, 0), **alpha: float) -> tuple[torch.Tensor, torch.Tensor]:
    return mix(IMAGES, LABELS, Recipe(epochs=1, **alpha), 4, seed)  # type: ignore[arg-type]


def test_nothing_is_mixed_unless_asked_for() -> None:
    images, labels = mixed()
    assert images is IMAGES
    assert labels is LABELS


def test_mixup_blends_neighbours_and_their_labels_alike() -> None:
    images, labels = mixed(mixup=1.0)
    share = float(labels[1].max())
    assert labels.shape == (8, 4)
    torch.testing.assert_close(labels.sum(1), torch.ones(8))
    blends = [share * IMAGES[1] + (1 - share) * IMAGES[0], (1 - share) * IMAGES[1] + share * IMAGES[0]]
    assert any(torch.allclose(images[1], blend, atol=1e-5) for blend in blends)


def test_cutmix_pastes_as_much_as_the_labels_say() -> None:
    images, labels = mixed(cutmix=1.0)
    kept = (images[1] == IMAGES[1]).all(0).float().mean()
    assert float(labels[1, 1]) == pytest.approx(float(kept))


def test_the_same_step_mixes_alike_whatever_else_was_drawn() -> None:
    first = mixed(mixup=0.4, cutmix=1.0)
    torch.manual_seed(99)
    again = mixed(mixup=0.4, cutmix=1.0)
    assert torch.equal(first[0], again[0])
    assert torch.equal(first[1], again[1])
    assert not torch.equal(first[0], mixed((0, 1), mixup=0.4, cutmix=1.0)[0])


def test_the_global_generator_is_left_alone() -> None:
    torch.manual_seed(1)
    expected = torch.rand(2)
    torch.manual_seed(1)
    mixed(mixup=1.0)
    assert torch.equal(torch.rand(2), expected)
