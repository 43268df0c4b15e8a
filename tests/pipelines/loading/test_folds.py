"""Trainings that leave out a fold: their images, views and scores."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from pipelines.datasets import digits
from pipelines.fold import Fold
from pipelines.loading.base import ReaderKind
from pipelines.loading.data import PreparedData
from pipelines.loading.factory import choose_reader
from pipelines.storage.beton import BetonFile
from pipelines.storage.folds import read_folds
from pipelines.storage.manifest import beton_path, read_manifest
from pipelines.storage.prepare import prepare
from pipelines.training.recipe import Recipe
from pipelines.training.worker_group import SINGLE_WORKER, WorkerGroup

CPU = torch.device("cpu")
WHOLE = Recipe(epochs=1, batch_size=50, flip=False).on_whole_images
VIEWS = Recipe(epochs=1, batch_size=50)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "digits"
    prepare(digits(), folder, image_size=16)
    return folder


@pytest.fixture(scope="module")
def pictures(folder: Path) -> list[bytes]:
    """The pixels of the images of train, then of val."""
    files = [BetonFile(beton_path(folder, split)) for split in ("train", "val")]
    return [file.image(index).tobytes() for file in files for index in range(len(file))]


def opened(
    folder: Path, fold: Fold | None, reader: ReaderKind = "resident", group: WorkerGroup = SINGLE_WORKER
) -> PreparedData:
    return PreparedData(folder, workers=2, device=CPU, reader=reader, fold=fold, group=group)


def epoch(data: PreparedData, recipe: Recipe = VIEWS, seed: int = 3) -> tuple[Tensor, Tensor]:
    with data.training_batches(recipe, 16, seed=seed, epoch=1) as batches:
        images, labels = zip(*((images.clone(), labels.clone()) for images, labels in batches), strict=True)
    return torch.cat(images), torch.cat(labels)


def scored(data: PreparedData) -> tuple[Tensor, Tensor]:
    with data.evaluation_batches("val", 16) as batches:
        images, labels = zip(*((images.clone(), labels.clone()) for images, labels in batches), strict=True)
    return torch.cat(images), torch.cat(labels)


def keys(images: Tensor) -> list[bytes]:
    """What tells views apart."""
    return [image.numpy().tobytes() for image in images]


def as_stored(images: Tensor, folder: Path) -> list[bytes]:
    """The pixels of whole images before they were normalised."""
    manifest = read_manifest(folder)
    mean, std = torch.tensor(manifest.mean), torch.tensor(manifest.std)
    pixels = ((images.permute(0, 2, 3, 1) * std + mean) * 255).round().to(torch.uint8)
    return [image.contiguous().numpy().tobytes() for image in pixels]


@pytest.mark.parametrize("kind", ["resident", "plain"])
def test_a_training_never_sees_the_images_of_its_fold(folder: Path, pictures: list[bytes], kind: ReaderKind) -> None:
    """Each image is scored by one of the trainings and seen by the others."""
    manifest = read_manifest(folder)
    numbers = read_folds(folder, manifest, 3)
    all_scored: list[bytes] = []
    data = opened(folder, Fold(0, 3), kind)
    for number in range(3):
        one = data.leaving_out(Fold(number, 3))
        seen, inside = as_stored(epoch(one, WHOLE)[0], folder), as_stored(scored(one)[0], folder)
        assert set(seen) < set(pictures)
        assert not set(seen) & set(inside)
        assert len(seen) == one.steps_per_epoch(50) * 50 == (numbers != number).sum() // 50 * 50
        assert inside == [picture for picture, of in zip(pictures, numbers, strict=True) if of == number]
        all_scored += inside
    assert sorted(all_scored) == sorted(pictures)


def test_the_readers_give_the_same_views(folder: Path) -> None:
    fold = Fold(1, 3)
    for resident, plain in zip(epoch(opened(folder, fold)), epoch(opened(folder, fold, "plain")), strict=True):
        assert torch.equal(resident, plain)
    for resident, plain in zip(scored(opened(folder, fold)), scored(opened(folder, fold, "plain")), strict=True):
        assert torch.equal(resident, plain)


def test_the_view_of_an_image_does_not_depend_on_the_fold(folder: Path) -> None:
    """In an epoch of one seed, an image that two trainings see looks the same to both."""
    data = opened(folder, Fold(0, 3))
    one, other = (set(keys(epoch(data.leaving_out(Fold(number, 3)))[0])) for number in (0, 1))
    numbers = read_folds(folder, data.manifest, 3)
    assert len(one & other) >= (numbers == 2).sum() - 100  # a last batch that is not full is left out of each


def test_images_are_decoded_once_for_all_folds(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in folder.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    data = opened(copy, Fold(0, 3))
    data.open()
    for file in copy.iterdir():
        file.unlink()
    assert torch.equal(scored(data.leaving_out(Fold(2, 3)))[0], scored(opened(folder, Fold(2, 3)))[0])


def test_classes_are_counted_and_balanced_outside_of_the_fold(folder: Path) -> None:
    data = opened(folder, Fold(1, 3))
    outside = read_folds(folder, data.manifest, 3) != 1
    labels = np.concatenate([BetonFile(beton_path(folder, split)).labels for split in ("train", "val")])
    assert data.class_counts() == np.bincount(labels[outside]).tolist()
    images, drawn = epoch(data, replace(WHOLE, balanced_sampling=True))
    assert not set(as_stored(images, folder)) & set(as_stored(scored(data)[0], folder))
    counts = np.bincount(drawn.numpy())
    assert counts.max() - counts.min() <= 1


def test_a_group_of_workers_shares_a_fold(folder: Path) -> None:
    fold = Fold(1, 3)
    whole, parts = (
        epoch(opened(folder, fold))[0],
        [epoch(opened(folder, fold, group=WorkerGroup(rank, 2)))[0] for rank in range(2)],
    )
    assert torch.equal(torch.stack(parts, dim=1).view_as(whole), whole)
    labels = [scored(opened(folder, fold, group=WorkerGroup(rank, 2)))[1] for rank in range(2)]
    assert sorted(torch.cat(labels).tolist()) == sorted(scored(opened(folder, fold))[1].tolist())


def test_the_test_split_and_data_without_folds_are_as_prepared(folder: Path) -> None:
    with_folds = PreparedData(folder, workers=1, device=CPU, splits=("train", "val", "test"), fold=Fold(0, 3))
    without = PreparedData(folder, workers=1, device=CPU, splits=("train", "val", "test"))
    with with_folds.evaluation_batches("test", 16) as one, without.evaluation_batches("test", 16) as other:
        for (images, labels), (expected, named) in zip(one, other, strict=True):
            assert torch.equal(images, expected)
            assert torch.equal(labels, named)
    assert scored(without)[1].tolist() == BetonFile(beton_path(folder, "val")).labels.tolist()


def test_folds_are_not_read_by_ffcv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.loading.factory.find_spec", lambda name: object())
    assert choose_reader(1001, memory=1000, joins=True) == "plain"
    assert choose_reader(1000, memory=1000, joins=True) == "resident"
