"""Splits that a preparation draws once it has read the images: copies in one, unreadable images in none."""

import os
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipelines.datasets import digits, folder
from pipelines.datasets.groups import with_groups
from pipelines.datasets.images import EmptyClassError, UnreadableImageError
from pipelines.datasets.splits import redrawn
from pipelines.errors import NothingToDrawError, UnreadableImagesError
from pipelines.split import SPLITS
from pipelines.storage.beton import BetonFile
from pipelines.storage.duplicates import Duplicate
from pipelines.storage.making import made_images, make_parts, square
from pipelines.storage.manifest import beton_path, class_counts, verify
from pipelines.storage.placing import Alike, place
from pipelines.storage.prepare import prepare
from tests.pipelines.storage.sets import landscape


def landscapes(root: Path, each: int = 20, names: tuple[str, ...] = ("a", "b"), first: int = 0) -> Path:
    for label, name in enumerate(names):
        for index in range(each):
            landscape(root / name / f"{index:02d}.jpg", first + label * each + index)
    return root


def images(out: Path) -> dict[str, set[bytes]]:
    """The pixels of each split."""
    files = {split: BetonFile(beton_path(out, split)) for split in SPLITS}
    return {split: {file.image(index).tobytes() for index in range(len(file))} for split, file in files.items()}


def test_copies_are_in_one_split(tmp_path: Path) -> None:
    """Each of 40 images thrice: twice the file, in one class and in the other, and once encoded again."""
    root = landscapes(tmp_path / "photos")
    for path in sorted(root.glob("*/*.jpg")):
        other = root / ("b" if path.parent.name == "a" else "a")
        (other / f"same-{path.name}").write_bytes(path.read_bytes())
        with Image.open(path) as image:
            image.resize((120, 90)).save(path.with_name(f"small-{path.name}"), quality=60)
    found: list[Duplicate] = []
    manifest = prepare(folder(root), tmp_path / "data", image_size=64, on_duplicate=found.append)
    assert found
    assert not any(pair.in_two_splits for pair in found)
    assert manifest.duplicates == 0
    assert manifest.made.endswith("; 120 images kept with their copies")
    assert {split: manifest.splits[split].images for split in SPLITS} == {"train": 84, "val": 18, "test": 18}


def test_without_copies_the_draw_is_that_of_the_data_set(tmp_path: Path) -> None:
    dataset = folder(landscapes(tmp_path / "photos"), seed=3)
    manifest = prepare(dataset, tmp_path / "data", image_size=16)
    assert manifest.made == dataset.made
    for split in SPLITS:
        file = BetonFile(beton_path(tmp_path / "data", split))
        expected = np.stack([square(image.load(), 16) for image in dataset.splits[split]])
        assert np.array_equal(file.images(np.arange(len(file))), expected)
        assert file.labels.tolist() == [image.label for image in dataset.splits[split]]


def test_equal_images_that_are_too_small_to_look_alike_are_copies_too(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for name in ("a", "b"):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for index in range(20):
            noise = Image.fromarray(rng.integers(0, 256, (9, 9, 3), dtype=np.uint8))
            for copy in range(3):
                noise.save(tmp_path / "photos" / name / f"{copy}-{index}.png")
    manifest = prepare(folder(tmp_path / "photos"), tmp_path / "data", image_size=8)
    assert manifest.made.endswith("; 120 images kept with their copies")
    train, val, test = images(tmp_path / "data").values()
    assert not train & val
    assert not (train | val) & test


def test_handwritten_digits_that_look_alike_are_no_copies(tmp_path: Path) -> None:
    """So the draw, and with it the id of the prepared digits, is that of earlier versions."""
    assert prepare(digits(), tmp_path / "data", image_size=32).made == digits().made


def camera(root: Path, each: int = 30) -> Path:
    """Pictures of two scenes that a fixed camera took, no two of them equal; and two others of each class."""
    rng = np.random.default_rng(0)
    for label, name in enumerate(("a", "b")):
        scene = np.asarray(landscape(root / name / "00.jpg", label)).astype(int)
        for index in range(1, each):
            noise = rng.integers(-6, 7, scene.shape)
            Image.fromarray((scene + noise).clip(0, 255).astype(np.uint8)).save(root / name / f"{index:02d}.jpg")
        for index in range(2):
            landscape(root / name / f"other-{index}.jpg", 100 + 10 * label + index)
    return root


def test_many_images_that_stay_together_are_named_and_may_be_drawn_apart(tmp_path: Path) -> None:
    root = camera(tmp_path / "photos")
    alike: list[Alike] = []
    together = prepare(folder(root), tmp_path / "near", image_size=64, on_alike=alike.append)
    assert alike == [Alike(label=label, images=30, of=32) for label in (0, 1)]
    assert together.made.endswith("; 60 images kept with their copies")
    assert {split: together.splits[split].images for split in SPLITS} == {"train": 60, "val": 2, "test": 2}
    alike.clear()
    for name in ("a", "b"):
        (root / name / "again.jpg").write_bytes((root / name / "01.jpg").read_bytes())
    apart = prepare(folder(root), tmp_path / "equal", image_size=64, copies="equal", on_alike=alike.append)
    assert not alike
    assert apart.made.endswith("; 4 images kept with their equal copies")
    assert min(apart.splits[split].images for split in SPLITS) >= 8


def test_a_few_images_that_stay_together_or_equal_ones_are_not_named(tmp_path: Path) -> None:
    root = camera(tmp_path / "photos", each=5)
    for index in range(20):
        (root / "a" / f"equal-{index}.jpg").write_bytes((root / "a" / "other-0.jpg").read_bytes())
    alike: list[Alike] = []
    prepare(folder(root), tmp_path / "data", image_size=16, on_alike=alike.append)
    assert not alike


def test_the_images_of_each_group_are_written_in_one_split(tmp_path: Path) -> None:
    root = landscapes(tmp_path / "photos", 40)
    grouped = with_groups(folder(root), re.compile(r"(\w/\d)"), root)
    groups: dict[str | None, set[bytes]] = {}
    for image in (image for of_split in grouped.splits.values() for image in of_split):
        groups.setdefault(image.group, set()).add(square(image.load(), 16).tobytes())
    assert [len(pixels) for pixels in groups.values()] == [10] * 8
    prepare(grouped, tmp_path / "data", image_size=16)
    for pixels in groups.values():
        assert [len(pixels & of_split) for of_split in images(tmp_path / "data").values()].count(0) == 2


def test_copies_alone_are_too_few_to_draw_from(tmp_path: Path) -> None:
    for name in ("a", "b"):
        for index in range(20):
            landscape(tmp_path / "photos" / name / f"{index}.jpg", 0)
    with pytest.raises(NothingToDrawError) as refused:
        prepare(folder(tmp_path / "photos"), tmp_path / "data" / "photos", image_size=16)
    assert refused.value.needed == 3
    assert refused.value.near
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]


def test_a_validation_split_drawn_again_has_other_images_and_the_test_split_the_same(tmp_path: Path) -> None:
    for number, (split, each) in enumerate({"train": 20, "val": 2, "test": 4}.items()):
        landscapes(tmp_path / "photos" / split, each, first=100 * number)
    given = folder(tmp_path / "photos")
    prepare(given, tmp_path / "given", image_size=16)
    again = prepare(redrawn(given, seed=0), tmp_path / "again", image_size=16)
    before, after = images(tmp_path / "given"), images(tmp_path / "again")
    assert before["test"] == after["test"]
    assert before["train"] | before["val"] == after["train"] | after["val"]
    assert class_counts(tmp_path / "again", again, "val") == [3, 3]


def test_unreadable_images_are_skipped_and_listed(tmp_path: Path) -> None:
    root = landscapes(tmp_path / "photos")
    (root / "a" / "03.jpg").write_bytes(b"no image")
    (root / "b" / "07.jpg").write_bytes((root / "b" / "07.jpg").read_bytes()[:300])
    (root / "b" / "away.jpg").symlink_to(tmp_path / "nowhere.jpg")
    skipped: list[UnreadableImageError] = []
    manifest = prepare(folder(root), tmp_path / "data", image_size=16, skip_unreadable=True, on_skip=skipped.append)
    places = [str(root / place) for place in ("a/03.jpg", "b/07.jpg", "b/away.jpg")]
    assert [error.where for error in skipped] == places
    lines = (tmp_path / "data" / "skipped.txt").read_text().splitlines()
    assert lines == [f"{error.where}\t{error.reason}" for error in skipped]
    assert verify(tmp_path / "data") == manifest
    assert sum(record.images for record in manifest.splits.values()) == 38
    assert sum(len(of_split) for of_split in images(tmp_path / "data").values()) == 38


def test_skipping_changes_nothing_where_all_can_be_read(tmp_path: Path) -> None:
    dataset = folder(landscapes(tmp_path / "photos"))
    prepare(dataset, tmp_path / "one", image_size=16)
    prepare(dataset, tmp_path / "other", image_size=16, skip_unreadable=True)
    one, other = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "other"))
    assert one == other


def test_an_interrupted_preparation_still_knows_what_it_skips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.storage.parts.IMAGES", 5)
    root = landscapes(tmp_path / "photos")
    for index in range(5, 10):  # a whole part
        (root / "a" / f"{index:02d}.jpg").write_bytes(b"no image")
    prepare(folder(root), tmp_path / "whole", image_size=16, skip_unreadable=True)
    seen: list[int] = []

    def interrupt() -> None:
        seen.append(1)
        if len(seen) == 18:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare(folder(root), tmp_path / "data", image_size=16, skip_unreadable=True, on_image=interrupt)
    prepare(folder(root), tmp_path / "data", image_size=16, skip_unreadable=True)
    for path in (tmp_path / "whole").iterdir():
        assert path.read_bytes() == (tmp_path / "data" / path.name).read_bytes(), path.name
    with pytest.raises(UnreadableImagesError) as refused:
        prepare(folder(root), tmp_path / "third", image_size=16)
    assert len(refused.value.failures) == 5


def test_a_class_of_unreadable_images_alone_is_named(tmp_path: Path) -> None:
    root = landscapes(tmp_path / "photos")
    (root / "c").mkdir()
    (root / "c" / "0.jpg").write_bytes(b"no image")
    with pytest.raises(EmptyClassError):
        prepare(folder(root), tmp_path / "data" / "photos", image_size=16, skip_unreadable=True)
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]


def test_broken_links_are_named_with_the_other_unreadable_images(tmp_path: Path) -> None:
    root = landscapes(tmp_path / "photos")
    (root / "a" / "03.jpg").write_bytes(b"no image")
    (root / "b" / "away.jpg").symlink_to(tmp_path / "nowhere.jpg")
    with pytest.raises(UnreadableImagesError) as refused:
        prepare(folder(root), tmp_path / "data", image_size=16)
    assert [failure.where for failure in refused.value.failures] == [
        str(root / "a" / "03.jpg"),
        str(root / "b" / "away.jpg"),
    ]


def test_names_that_are_not_utf_8_are_kept_as_they_are(tmp_path: Path) -> None:
    root = landscapes(tmp_path / "photos")
    names = [os.fsdecode(b"gar\xe7on.jpg"), os.fsdecode(b"perdu\xe9.jpg")]
    (root / "a" / "03.jpg").rename(root / "a" / names[0])
    (root / "a" / names[1]).write_bytes(b"no image")
    manifest = prepare(folder(root), tmp_path / "data", image_size=16, skip_unreadable=True)
    assert sum(record.images for record in manifest.splits.values()) == 40
    assert (tmp_path / "data" / "skipped.txt").read_bytes().startswith(os.fsencode(root / "a" / names[1]) + b"\t")


@pytest.mark.parametrize("size", [8, 48, 96])
def test_what_is_nearly_equal_does_not_depend_on_the_stored_size(tmp_path: Path, size: int) -> None:
    root = landscapes(tmp_path / "photos")
    for path in sorted(root.glob("*/0*.jpg")):
        with Image.open(path) as image:
            image.resize((120, 90)).save(path.with_name(f"small-{path.name}"), quality=60)
    drawn = []
    for at in (size, 64):
        dataset = folder(root)
        assert dataset.drawing is not None
        parts = tmp_path / f"{at}"
        parts.mkdir()
        make_parts(parts, dataset.drawing.pool, at, "raw", lambda: None, skip_unreadable=False)
        drawn.append(place(dataset, made_images(parts, 60, at)).dataset)
    assert drawn[0].splits == drawn[1].splits
    assert drawn[0].made.endswith("; 40 images kept with their copies")


def test_a_refusal_leaves_no_folder_behind(tmp_path: Path) -> None:
    """Not those above it either, which it had made."""
    root = landscapes(tmp_path / "photos")
    (root / "a" / "03.jpg").write_bytes(b"no image")
    with pytest.raises(UnreadableImagesError):
        prepare(folder(root), tmp_path / "new" / "data" / "photos", image_size=16)
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]
