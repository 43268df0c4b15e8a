"""Single images: any kind becomes RGB, upright, and an unreadable one is named."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from pipelines.datasets.images import (
    LabelledImage,
    UnknownGreyError,
    UnreadableImageError,
)
from tests.pipelines.datasets.pictures import paint


@pytest.mark.parametrize(
    ("mode", "ending"), [("L", "png"), ("P", "png"), ("CMYK", "jpg"), ("RGBA", "png"), ("1", "png")]
)
def test_every_kind_of_image_becomes_rgb(tmp_path: Path, mode: str, ending: str) -> None:
    paint(tmp_path / f"a.{ending}", (255, 255, 255), mode)
    image = LabelledImage(where=str(tmp_path / f"a.{ending}"), label=0).load()
    assert image.mode == "RGB"
    assert np.asarray(image).mean() > 250


@pytest.mark.parametrize("pixels", [np.full((4, 4), 0.5, np.float32), np.full((4, 4), 1 << 20, np.int32)])
def test_grey_that_does_not_say_what_is_white_is_refused(tmp_path: Path, pixels: NDArray[Any]) -> None:
    Image.fromarray(pixels).save(tmp_path / "deep.tiff")
    with pytest.raises(UnreadableImageError) as refused:
        LabelledImage(where=str(tmp_path / "deep.tiff"), label=0).load()
    assert refused.value.where == str(tmp_path / "deep.tiff")
    assert isinstance(refused.value.__cause__, UnknownGreyError)


def test_photographs_are_turned_upright(tmp_path: Path) -> None:
    image = Image.new("RGB", (30, 10))
    exif = image.getexif()
    exif[0x0112] = 6  # rotated a quarter turn
    image.save(tmp_path / "a.jpg", exif=exif)
    assert LabelledImage(where=str(tmp_path / "a.jpg"), label=0).load().size == (10, 30)


def test_an_unreadable_image_is_named(tmp_path: Path) -> None:
    paint(tmp_path / "a.jpg")
    (tmp_path / "a.jpg").write_bytes((tmp_path / "a.jpg").read_bytes()[:200])
    with pytest.raises(UnreadableImageError) as refused:
        LabelledImage(where=str(tmp_path / "a.jpg"), label=0).load()
    assert refused.value.where == str(tmp_path / "a.jpg")


def test_an_unreadable_image_keeps_the_reason_once_and_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.jpg"
    image = LabelledImage(where=str(path), label=0)
    with pytest.raises(UnreadableImageError) as missing:
        image.load()
    assert isinstance(missing.value.__cause__, FileNotFoundError)
    path.write_bytes(b"no image")
    with pytest.raises(UnreadableImageError) as foreign:
        image.load()
    assert isinstance(foreign.value.__cause__, UnidentifiedImageError)
    assert str(foreign.value).count(str(path)) == 1
    paint(path)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 50)
    with pytest.raises(UnreadableImageError) as large:
        image.load()
    assert isinstance(large.value.__cause__, Image.DecompressionBombError)
    for error in (missing.value, foreign.value, large.value):
        assert error.reason
        assert error.reason in str(error)
        assert "\n" not in str(error)
