"""A photograph is seen as evaluation sees it."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from pipelines.datasets import folder
from pipelines.datasets.images import UnreadableImageError
from pipelines.loading.augment import Normaliser
from pipelines.loading.data import PreparedData
from pipelines.loading.photo import read_photo
from pipelines.storage.prepare import prepare


def test_pixels_are_those_of_the_prepared_image(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for split in ("train", "val", "test"):
        for name in ("a", "b"):
            (tmp_path / "photos" / split / name).mkdir(parents=True)
            pixels = rng.integers(0, 255, (50, 70, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "photos" / split / name / "1.png")
    manifest = prepare(folder(tmp_path / "photos"), tmp_path / "data", image_size=40, storage="raw")
    data = PreparedData(tmp_path / "data", workers=1, device=torch.device("cpu"), reader="plain")
    with data.evaluation_batches("val", 24) as batches:
        ((images, labels),) = batches
    for index, name in enumerate(("a", "b")):
        photo = read_photo(tmp_path / "photos" / "val" / name / "1.png", manifest.image_size, 24)
        assert photo.shape == (1, 3, 24, 24)
        seen = Normaliser(manifest.mean, manifest.std, photo.device)(photo)
        torch.testing.assert_close(seen[0], images[labels.tolist().index(index)], rtol=1e-4, atol=1e-4)


def test_what_is_no_image_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_text("no image")
    with pytest.raises(UnreadableImageError) as refused:
        read_photo(tmp_path / "a.jpg", 40, 24)
    assert refused.value.where == str(tmp_path / "a.jpg")
