"""Preparing data: all or nothing, and byte for byte the same."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipelines.datasets import ImageDataset, LabelledImage, digits, folder
from pipelines.errors import DataExistError, UnreadableImagesError
from pipelines.reserving import BusyError
from pipelines.split import SPLITS
from pipelines.storage.beton import BetonFile
from pipelines.storage.making import square
from pipelines.storage.manifest import (
    beton_path,
    read_manifest,
    verify,
)
from pipelines.storage.parts import images_in_a_part
from pipelines.storage.prepare import ImageSizeError, prepare
from tests.pipelines.storage.sets import photographs, small


def test_writes_all_splits_and_a_manifest(tmp_path: Path) -> None:
    seen = []
    manifest = prepare(small(), tmp_path / "data", image_size=8, on_image=lambda: seen.append(1))
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == [
        "groups.npy",
        "manifest.json",
        "test-names.txt",
        "test.beton",
        "train-names.txt",
        "train.beton",
        "val-names.txt",
        "val.beton",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
    assert len(seen) == 18
    assert verify(tmp_path / "data") == manifest == read_manifest(tmp_path / "data")
    assert (manifest.name, manifest.classes, manifest.image_size) == ("small", ("bright", "dark"), 8)
    assert manifest.splits["val"].images == 6
    file = BetonFile(beton_path(tmp_path / "data", "val"))
    assert file.labels.tolist() == [0, 1] * 3
    assert (file.image(0) == 180).all()
    assert (file.image(1) == 60).all()


def test_statistics_are_of_the_training_images(tmp_path: Path) -> None:
    manifest = prepare(small(), tmp_path / "data", image_size=8)
    assert manifest.mean == pytest.approx([120 / 255] * 3, abs=1e-5)
    assert manifest.std == pytest.approx([60 / 255] * 3, abs=1e-5)


def test_the_same_images_have_the_same_id(tmp_path: Path) -> None:
    one = prepare(digits(), tmp_path / "one", image_size=8)
    other = prepare(digits(), tmp_path / "other", image_size=8)
    assert one.data_id == other.data_id
    assert prepare(digits(seed=1), tmp_path / "third", image_size=8).data_id != one.data_id


def test_cuts_the_middle_square() -> None:
    pixels = np.zeros((10, 30, 3), np.uint8)
    pixels[:, 10:20] = 255
    assert (square(Image.fromarray(pixels), 10) == 255).all()


def test_an_existing_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mine.txt").write_text("precious")
    with pytest.raises(DataExistError) as refused:
        prepare(small(), tmp_path / "data", image_size=8)
    assert refused.value.where == str(tmp_path / "data")
    assert (tmp_path / "data" / "mine.txt").read_text() == "precious"


def test_unreadable_images_are_all_named_and_nothing_is_written(tmp_path: Path) -> None:
    source = tmp_path / "photos"
    for split in SPLITS:
        for name in ("cat", "dog"):
            (source / split / name).mkdir(parents=True)
            for index in range(3):
                Image.new("RGB", (9, 9)).save(source / split / name / f"{index}.png")
    (source / "train" / "cat" / "1.png").write_bytes(b"\x89PNG torn")
    (source / "train" / "dog" / "2.png").write_bytes(b"")
    with pytest.raises(UnreadableImagesError) as refused:
        prepare(folder(source), tmp_path / "data", image_size=8)
    assert [failure.where for failure in refused.value.failures] == [
        str(source / "train" / "cat" / "1.png"),
        str(source / "train" / "dog" / "2.png"),
    ]
    assert all(str(failure) in str(refused.value) for failure in refused.value.failures)
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]


def test_impossible_sizes_are_refused(tmp_path: Path) -> None:
    for size in (0, 5000):
        with pytest.raises(ImageSizeError) as refused:
            prepare(small(), tmp_path / "data", image_size=size)
        assert refused.value.got == size


def test_large_sets_may_be_stored_as_jpeg(tmp_path: Path) -> None:
    manifest = prepare(small(), tmp_path / "data", image_size=8, storage="jpeg")
    assert manifest.storage == "jpeg"
    assert abs(int(BetonFile(beton_path(tmp_path / "data", "val")).image(0).mean()) - 180) <= 2


def files_of(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.iterdir()}


def test_an_interrupted_preparation_goes_on_and_ends_with_the_same_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.storage.parts.IMAGES", 3)
    dataset = folder(photographs(tmp_path / "photos"))
    prepare(dataset, tmp_path / "whole", image_size=8)
    decoded: list[str] = []
    load = LabelledImage.load

    def noted(image: LabelledImage) -> Image.Image:
        decoded.append(image.where)
        return load(image)

    monkeypatch.setattr(LabelledImage, "load", noted)
    seen: list[int] = []

    def interrupt() -> None:
        seen.append(1)
        if len(seen) == 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare(dataset, tmp_path / "data", image_size=8, on_image=interrupt)
    assert not (tmp_path / "data").exists()
    decoded.clear()
    seen.clear()
    prepare(dataset, tmp_path / "data", image_size=8, on_image=lambda: seen.append(1))
    assert len(seen) == 30, "progress counts them all"
    assert len(decoded) == 24, "two parts of three were there"
    assert files_of(tmp_path / "data") == files_of(tmp_path / "whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "photos", "whole"]


def test_large_images_are_made_a_few_at_a_time() -> None:
    assert images_in_a_part(64) == 1024
    assert images_in_a_part(1024) * 3 * 1024**2 <= 1 << 28


def test_what_changed_meanwhile_is_made_again(tmp_path: Path) -> None:
    root = photographs(tmp_path / "photos")

    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare(folder(root), tmp_path / "data", image_size=8, on_image=interrupt)
    Image.new("RGB", (9, 9), "white").save(root / "train" / "cat" / "0.png")
    prepare(folder(root), tmp_path / "data", image_size=8)
    assert (BetonFile(beton_path(tmp_path / "data", "train")).image(0) == 255).all()


def test_two_preparations_of_one_folder_do_not_meet(tmp_path: Path) -> None:
    refused: list[str] = []

    def meanwhile() -> None:
        if not refused:
            with pytest.raises(BusyError) as error:
                prepare(small(), tmp_path / "data", image_size=8)
            refused.append(error.value.where)

    prepare(small(), tmp_path / "data", image_size=8, on_image=meanwhile)
    assert refused == [str(tmp_path / "data")]
    verify(tmp_path / "data")


@pytest.mark.parametrize("storage", ["raw", "jpeg"])
def test_every_kind_of_image_is_stored_as_it_looks(tmp_path: Path, storage: str) -> None:
    """Grey, 16-bit grey, palette, CMYK, transparent on white, and a photograph that lies on its side."""
    half = Image.new("RGB", (16, 16), (200, 200, 200))
    half.paste((40, 40, 40), (0, 0, 16, 8))  # dark above
    for name in ("a", "b"):
        (tmp_path / "photos" / name).mkdir(parents=True)
    at = tmp_path / "photos" / "a"
    half.convert("L").save(at / "grey.png")
    Image.fromarray(np.asarray(half.convert("L")).astype(np.uint16) * 257).save(at / "deep.png")
    half.quantize(2).save(at / "palette.png")
    half.convert("CMYK").save(at / "cmyk.jpg", quality=95)
    clear = half.convert("RGBA")
    clear.putalpha(Image.new("L", (16, 16), 255))
    clear.save(at / "opaque.png")
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    half.rotate(180).save(at / "turned.jpg", exif=exif, quality=95)
    Image.new("RGBA", (16, 16), (0, 0, 0, 0)).save(tmp_path / "photos" / "b" / "nothing.png")
    everything = tuple(
        LabelledImage(where=str(path), label=label)
        for label, name in enumerate(("a", "b"))
        for path in sorted((tmp_path / "photos" / name).iterdir())
    )
    kinds = ImageDataset(name="kinds", classes=("a", "b"), splits=dict.fromkeys(SPLITS, everything), made="by hand")
    prepare(kinds, tmp_path / "data", image_size=16, storage=storage)  # type: ignore[arg-type]
    stored = BetonFile(beton_path(tmp_path / "data", "train")).images(np.arange(7)).astype(int)
    for image, path in zip(stored[:6], everything, strict=False):
        assert abs(image[:6] - 40).max() <= 8, path.where
        assert abs(image[10:] - 200).max() <= 8, path.where
    assert stored[6].min() >= 250, "what is transparent is white"
