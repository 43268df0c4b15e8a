"""``prepare``: what it says of a person's own images."""

from pathlib import Path

import numpy as np
from PIL import Image

from tests.helpers import shell


def test_images_that_are_there_twice_are_named_with_where_they_are(tmp_path: Path) -> None:
    rng, at = np.random.default_rng(0), tmp_path / "photos"
    for place in ("train/cat/1", "train/cat/2", "train/dog/1", "train/dog/2", "val/cat/1", "val/dog/1", "test/dog/1"):
        (at / place).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 255, (8, 8, 3), dtype=np.uint8)).save(at / f"{place}.png")
    (at / "test" / "cat").mkdir()
    for place in ("train/dog/9", "test/cat/9"):
        (at / f"{place}.png").write_bytes((at / "train/cat/1.png").read_bytes())
    with shell(tmp_path) as terminal:
        output = terminal.run(*("prepare", "--dataset", "folder", "--source", "photos", "--size", 8, "--out", "data"))
    assert "data: 2 classes at 8 px, 5 train, 2 val, 2 test images" in output
    assert "1 image is in two splits, so scores on the later one flatter:\n" in output
    assert "(train) = photos/test/cat/9.png (test)\n" in output
    assert "2 images are in two classes, so no network is right about both:\n" in output
    assert "photos/train/cat/1.png (cat) = photos/train/dog/9.png (dog)\n" in output
