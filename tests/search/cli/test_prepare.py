"""``prepare``: what it says of a person's own images."""

from pathlib import Path

import numpy as np
from PIL import Image

from pipelines.storage.manifest import read_manifest
from tests.helpers import Shell, shell


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
    assert output.endswith("\nnext: ulsam-search init data\n")
    assert "1 image is in two splits, " in output
    assert "(train) = photos/test/cat/9.png (test)\n" in output
    assert "2 images are in two classes, " in output
    assert "photos/train/cat/1.png (cat) = photos/train/dog/9.png (dog)\n" in output


def photos(terminal: Shell) -> None:
    """Two classes in a folder that says nothing of them."""
    rng, at = np.random.default_rng(0), terminal.folder / "Dataset"
    for label in ("cat", "dog"):
        (at / label).mkdir(parents=True)
        for number in range(10):
            pixels = rng.integers(0, 255, (8, 8, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(at / label / f"{number}.png")


def test_data_are_called_as_asked(tmp_path: Path) -> None:
    command = ("prepare", "--dataset", "folder", "--source", "Dataset", "--size", 8)
    with shell(tmp_path) as terminal:
        photos(terminal)
        terminal.run(*command, "--out", "a")
        terminal.run(*command, "--out", "b", "--name", "cats & dogs")
        said = terminal.run(*command, "--out", "c", "--name", " ", expect=2)
    unnamed, named = read_manifest(tmp_path / "a"), read_manifest(tmp_path / "b")
    assert (unnamed.name, named.name) == ("Dataset", "cats & dogs")
    assert named.data_id == unnamed.data_id, "the name changes nothing that training sees"
    assert "--name" in said
    assert not (tmp_path / "c").exists()
