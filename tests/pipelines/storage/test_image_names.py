"""The names of images beside the prepared files, in their order, and what is known without them."""

from pathlib import Path

import numpy as np
from PIL import Image

from pipelines.datasets import folder
from pipelines.datasets.images import LabelledImage
from pipelines.split import SPLITS
from pipelines.storage.beton import BetonFile
from pipelines.storage.image_names import read_image_names, write_image_names
from pipelines.storage.manifest import beton_path, verify
from pipelines.storage.prepare import prepare
from tests.pipelines.storage.sets import small


def test_each_image_of_a_drawn_split_has_the_name_of_its_file(tmp_path: Path) -> None:
    source = tmp_path / "photos"
    for label in range(2):
        (source / "ab"[label]).mkdir(parents=True)
        for number in range(20):
            colour = (10 * number, 120 * label, 77)
            Image.new("RGB", (8, 8), colour).save(source / "ab"[label] / f"{number}.png")
    manifest = prepare(folder(source), tmp_path / "data", image_size=8, storage="raw", source=source)
    found = set()
    for split in SPLITS:
        names = read_image_names(tmp_path / "data", split, manifest.splits[split].images)
        assert names is not None
        file = BetonFile(beton_path(tmp_path / "data", split))
        for index, name in enumerate(names):
            with Image.open(source / name) as image:
                assert (np.asarray(image) == file.image(index)).all()
            assert name.startswith("ab"[int(file.labels[index])])
        found |= set(names)
    assert len(found) == 40


def test_names_are_no_part_of_the_data(tmp_path: Path) -> None:
    one = prepare(small(), tmp_path / "data", image_size=8)
    (tmp_path / "data" / "test-names.txt").unlink()
    assert verify(tmp_path / "data") == one
    assert read_image_names(tmp_path / "data", "test", one.splits["test"].images) is None
    assert read_image_names(tmp_path / "data", "val", 1) is None, "of another number of images"


def test_a_name_is_one_line_without_the_path_of_this_machine(tmp_path: Path) -> None:
    write_image_names(tmp_path, "val", ["a\nb", "\udcff", "c\rd"])
    assert read_image_names(tmp_path, "val", 3) == ("a b", "\ufffd", "c\ufffdd")
    image = LabelledImage(where=str(tmp_path / "photos" / "cat" / "1.png"), label=0)
    assert image.name_below(tmp_path / "photos") == "cat/1.png"
    assert image.name_below(tmp_path / "elsewhere") == image.name_below(None) == image.where
