"""Views as a recipe asks for them: the same with every reader, in every batch, by any number of workers."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from pipelines.datasets import digits
from pipelines.loading.augment import Normaliser, epoch_draws, random_views
from pipelines.loading.base import ReaderKind
from pipelines.loading.data import PreparedData
from pipelines.loading.views import ViewDraws, make_views
from pipelines.storage.prepare import prepare
from pipelines.training.recipe import Recipe
from pipelines.training.worker_group import WorkerGroup

CPU = torch.device("cpu")
PLAIN = Recipe(epochs=1, batch_size=64)
ALL = replace(PLAIN, color_jitter=0.4, hue_jitter=0.1, rand_augment=9, erasing=0.5)
GREY = Normaliser((0.5, 0.5, 0.5), (0.25, 0.25, 0.25), CPU)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "digits"
    prepare(digits(), folder, image_size=16)
    return folder


def an_epoch(data: PreparedData, recipe: Recipe, epoch: int = 1) -> Tensor:
    with data.training_batches(recipe, 16, seed=3, epoch=epoch) as batches:
        return torch.cat([images.clone() for images, _ in batches])


def views_of(images: Tensor, recipe: Recipe, order: list[int] | None = None, batch_size: int = 1000) -> Tensor:
    rows = np.arange(len(images)) if order is None else np.array(order)
    draws = ViewDraws.of(recipe, len(images), 0, 0).of_batches(rows, batch_size, CPU)
    parts = torch.split(images[torch.from_numpy(rows)], batch_size)
    return torch.cat([make_views(some, drawn, recipe, 16, GREY) for some, drawn in zip(parts, draws, strict=True)])


def pictures(count: int) -> Tensor:
    return torch.randint(256, (count, 3, 16, 16), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("kind", ["ffcv", "plain"])
def test_views_are_the_same_with_every_reader(folder: Path, kind: ReaderKind) -> None:
    if kind == "ffcv":
        pytest.importorskip("ffcv", reason="FFCV is not installed")
    resident = an_epoch(PreparedData(folder, workers=1, device=CPU, reader="resident"), ALL)
    streamed = an_epoch(PreparedData(folder, workers=2, device=CPU, reader=kind), ALL)
    assert torch.equal(resident, streamed)


def test_views_are_the_same_in_every_batch(folder: Path) -> None:
    data = PreparedData(folder, workers=1, device=CPU)
    expected = an_epoch(data, ALL)
    views = an_epoch(data, replace(ALL, batch_size=24))
    both = min(len(views), len(expected))
    assert same(views[:both], expected[:both])


def test_a_group_of_workers_sees_the_views_that_one_would(folder: Path) -> None:
    whole = an_epoch(PreparedData(folder, workers=1, device=CPU), ALL)
    parts = [
        an_epoch(PreparedData(folder, workers=1, device=CPU, group=WorkerGroup(rank=rank, size=2)), ALL)
        for rank in range(2)
    ]
    assert same(torch.stack(parts, dim=1).view_as(whole), whole)


def same(views: Tensor, expected: Tensor) -> bool:
    """But for a rounding that crosses a step of Posterize, Solarize or Equalize."""
    return float(((views - expected).abs() < 1e-3).float().mean()) > 0.9999


@pytest.mark.parametrize(
    "asked", [{"color_jitter": 0.4}, {"hue_jitter": 0.2}, {"rand_augment": 9}, {"erasing": 1.0}], ids=str
)
def test_each_value_changes_views_and_nothing_else_that_is_drawn(asked: dict[str, float]) -> None:
    recipe = replace(PLAIN, **asked)  # type: ignore[arg-type]
    images = pictures(16)
    assert not torch.allclose(views_of(images, recipe), views_of(images, PLAIN), atol=0.1)
    assert torch.equal(ViewDraws.of(recipe, 9, 0, 0).crops, ViewDraws.of(PLAIN, 9, 0, 0).crops)
    together, alone = ViewDraws.of(ALL, 9, 1, 2), ViewDraws.of(recipe, 9, 1, 2)
    for name in ("color_jitter", "rand_augment", "erasing"):
        drawn = getattr(alone, name)
        assert drawn.shape[1] == 0 or torch.equal(drawn, getattr(together, name))
    assert not torch.allclose(views_of(images, replace(recipe, flip=False)), views_of(images, recipe))


def test_a_view_depends_on_its_own_draws_alone() -> None:
    images = pictures(40)
    order = [31, 5, 17, 3]
    assert same(views_of(images, ALL, order, batch_size=3), views_of(images, ALL)[order])


def test_without_them_a_view_is_a_crop_that_is_normalised() -> None:
    images = pictures(8)
    crops = random_views(images.float(), epoch_draws(8, 0, 0), 16, min_crop=PLAIN.min_crop, flip=True)
    assert torch.equal(views_of(images, PLAIN), GREY(crops))


def test_pixels_are_erased_once_they_are_normalised() -> None:
    views = views_of(pictures(64), replace(PLAIN, erasing=1.0))
    assert (views == 0).flatten(1).any(1).all()


def test_norms_are_counted_over_images_in_their_own_colours() -> None:
    whole = replace(ALL, start_size=8, mixup=0.3).on_whole_images
    assert whole == replace(PLAIN, min_crop=1.0, mixup=0.3)
