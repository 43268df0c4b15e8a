"""Prepared images of three colours."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from pipelines.datasets import ImageDataset
from pipelines.loading.data import PreparedData
from pipelines.split import SPLITS
from pipelines.storage.prepare import prepare
from tests.pipelines.training.colours import CPU, noisy_classes


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    splits = {split: noisy_classes(each) for split, each in zip(SPLITS, (70, 33, 21), strict=True)}
    path = tmp_path_factory.mktemp("prepared") / "data"
    prepare(ImageDataset(name="colours", classes=("r", "g", "b"), splits=splits, made="by hand"), path, image_size=10)
    return path


@pytest.fixture
def data(folder: Path) -> PreparedData:
    return PreparedData(folder, workers=1, device=CPU, reader="plain")


@pytest.fixture
def one_thread() -> Iterator[None]:
    """A test on one thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
