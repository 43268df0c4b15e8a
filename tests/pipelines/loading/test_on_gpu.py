"""Prepared data on a GPU, by every reader: ``pytest -m gpu``."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from pipelines.datasets import digits
from pipelines.loading.base import ReaderKind
from pipelines.loading.data import PreparedData
from pipelines.storage.prepare import prepare
from pipelines.training.recipe import Recipe

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
]
RECIPE = Recipe(epochs=1, batch_size=32, min_crop=0.5)
AUGMENTED = replace(RECIPE, color_jitter=0.4, hue_jitter=0.1, rand_augment=9, erasing=0.5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "digits"
    prepare(digits(), folder, image_size=16)
    return folder


def an_epoch(
    folder: Path, reader: ReaderKind, device: str, recipe: Recipe = RECIPE
) -> tuple[Tensor, list[int], Tensor]:
    """Views, their labels, and the whole images of the validation split; on the CPU, once all had come."""
    data = PreparedData(folder, workers=2, device=torch.device(device), reader=reader)
    with data.training_batches(recipe, 16, seed=3, epoch=1) as batches:
        views, labels = zip(*batches, strict=True)
    with data.evaluation_batches("val", 16) as batches:
        whole = torch.cat([images for images, _ in batches])
    assert {images.device.type for images in (*views, whole)} == {device}
    return torch.cat(views).cpu(), torch.cat(labels).tolist(), whole.cpu()


@pytest.mark.parametrize("reader", ["resident", "plain", "ffcv"])
def test_gives_what_the_cpu_gives(folder: Path, reader: ReaderKind) -> None:
    if reader == "ffcv":
        pytest.importorskip("ffcv", reason="FFCV is not installed")
    views, labels, whole = an_epoch(folder, reader, "cuda")
    expected_views, expected_labels, expected_whole = an_epoch(folder, "plain", "cpu")
    assert labels == expected_labels
    torch.testing.assert_close(views, expected_views, rtol=0, atol=1e-3)
    torch.testing.assert_close(whole, expected_whole, rtol=0, atol=1e-5)


def test_augments_as_the_cpu_does(folder: Path) -> None:
    """But for a rounding that crosses a step of Posterize, Solarize or Equalize."""
    views, labels, _ = an_epoch(folder, "resident", "cuda", AUGMENTED)
    expected_views, expected_labels, _ = an_epoch(folder, "resident", "cpu", AUGMENTED)
    assert labels == expected_labels
    assert float(((views - expected_views).abs() < 1e-3).float().mean()) > 0.999
