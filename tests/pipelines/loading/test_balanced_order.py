"""Balanced sampling: every class comes equally often, and an image that comes again is another view."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from pipelines.loading.balanced_order import balanced_order
from pipelines.loading.base import ReaderKind
from pipelines.loading.data import PreparedData
from pipelines.storage.prepare import prepare
from pipelines.training.recipe import Recipe
from pipelines.training.worker_group import SINGLE_WORKER, WorkerGroup
from tests.unequal import COUNTS, unequal

LABELS = np.repeat(np.arange(4), [40, 3, 10, 0])  # the last class has no images
RECIPE = Recipe(epochs=1, batch_size=16, balanced_sampling=True)


def test_classes_and_their_images_come_equally_often() -> None:
    order = balanced_order(LABELS, 53, seed=0, epoch=0)
    assert sorted(np.bincount(LABELS[order], minlength=4)) == [0, 17, 18, 18]
    times = np.bincount(order, minlength=53)
    for label in range(3):
        assert np.ptp(times[label == LABELS]) <= 1


def test_an_order_is_of_its_seed_and_epoch() -> None:
    orders = {tuple(balanced_order(LABELS, 53, seed, epoch)) for seed in range(3) for epoch in range(3)}
    assert len(orders) == 9
    assert tuple(balanced_order(LABELS, 53, 1, 2)) in orders


def test_over_epochs_every_image_of_a_large_class_comes() -> None:
    seen = np.concatenate([balanced_order(LABELS, 53, 0, epoch) for epoch in range(12)])
    assert set(seen) == set(range(53))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "unequal"
    prepare(unequal(), folder, image_size=8)
    return folder


def opened(folder: Path, reader: ReaderKind = "resident", group: WorkerGroup = SINGLE_WORKER) -> PreparedData:
    return PreparedData(folder, workers=1, device=torch.device("cpu"), reader=reader, group=group)


def an_epoch(data: PreparedData, recipe: Recipe = RECIPE) -> list[tuple[Tensor, Tensor]]:
    with data.training_batches(recipe, 8, seed=1, epoch=2) as batches:
        return [(images.clone(), labels.clone()) for images, labels in batches]


def test_an_epoch_has_as_many_steps_and_equally_many_images_of_every_class(folder: Path) -> None:
    data = opened(folder)
    assert data.class_counts() == list(COUNTS)
    balanced = torch.cat([labels for _, labels in an_epoch(data)])
    usual = torch.cat([labels for _, labels in an_epoch(data, replace(RECIPE, balanced_sampling=False))])
    assert len(balanced) == len(usual) == 128
    assert usual.bincount().tolist() == list(COUNTS)
    assert sorted(balanced.bincount().tolist()) == [42, 43, 43]


def test_an_image_that_comes_again_is_another_view(folder: Path) -> None:
    views = torch.cat([images for images, _ in an_epoch(opened(folder))])
    assert len(torch.unique(views.flatten(1), dim=0)) == len(views)


@pytest.mark.parametrize("kind", ["ffcv", "plain"])
def test_every_reader_gives_the_same_views(folder: Path, kind: ReaderKind) -> None:
    if kind == "ffcv":
        pytest.importorskip("ffcv", reason="FFCV is not installed")
    pairs = zip(an_epoch(opened(folder)), an_epoch(opened(folder, kind)), strict=True)
    for (resident, labels), (streamed, streamed_labels) in pairs:
        assert torch.equal(resident, streamed)
        assert torch.equal(labels, streamed_labels)


def test_the_parts_of_a_group_make_up_each_batch(folder: Path) -> None:
    whole = an_epoch(opened(folder))
    parts = [an_epoch(opened(folder, group=WorkerGroup(rank, 2))) for rank in range(2)]
    for (images, labels), *both in zip(whole, *parts, strict=True):
        assert torch.equal(torch.stack([part[1] for part in both], dim=1).flatten(), labels)
        assert torch.equal(torch.stack([part[0] for part in both], dim=1).flatten(0, 1), images)
