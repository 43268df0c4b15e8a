"""Prepared data are verified before they are read."""

import json
from pathlib import Path

import numpy as np
import pytest

from pipelines.datasets import ImageDataset, LabelledImage
from pipelines.errors import NoPreparedDataError
from pipelines.split import SPLITS
from pipelines.storage.manifest import (
    MANIFEST_NAME,
    ChangedError,
    LabelsError,
    LengthError,
    ManifestError,
    MissingFileError,
    beton_path,
    read_manifest,
    verify,
)
from pipelines.storage.prepare import prepare
from tests.pipelines.storage.sets import small


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    prepare(small(), tmp_path / "data", image_size=8)
    return tmp_path / "data"


def test_a_truncated_file_is_refused(prepared: Path) -> None:
    path = prepared / "val.beton"
    whole = path.read_bytes()
    path.write_bytes(whole[:-100])
    with pytest.raises(LengthError) as refused:
        verify(prepared)
    assert refused.value.where == str(path)
    assert (refused.value.recorded, refused.value.found) == (len(whole), len(whole) - 100)


def test_a_changed_file_is_refused(prepared: Path) -> None:
    path = prepared / "train.beton"
    data = bytearray(path.read_bytes())
    data[-200_0] ^= 1
    path.write_bytes(data)
    with pytest.raises(ChangedError) as refused:
        verify(prepared)
    assert refused.value.where == str(path)


def test_a_missing_file_is_refused(prepared: Path) -> None:
    (prepared / "test.beton").unlink()
    verify(prepared, ("train", "val"))
    with pytest.raises(MissingFileError) as refused:
        verify(prepared)
    assert refused.value.where == str(prepared / "test.beton")


def test_labels_beyond_the_classes_are_refused(tmp_path: Path) -> None:
    """As when a manifest was edited: never an index error deep in a training."""
    blank = np.zeros((8, 8, 3), np.uint8)
    images = tuple(LabelledImage(where=str(label), label=label, pixels=blank) for label in range(3))
    three = ImageDataset(name="three", classes=("a", "b", "c"), splits=dict.fromkeys(SPLITS, images), made="by hand")
    prepare(three, tmp_path / "data", image_size=8)
    path = tmp_path / "data" / MANIFEST_NAME
    path.write_text(json.dumps(json.loads(path.read_text()) | {"classes": ["a", "b"]}))
    with pytest.raises(LabelsError) as refused:
        verify(tmp_path / "data")
    assert refused.value.where == str(beton_path(tmp_path / "data", SPLITS[0]))
    assert (refused.value.labels, refused.value.classes) == ((0, 1, 2), 2)


@pytest.mark.parametrize(
    "change",
    [{"image_size": "large"}, {"extra": 1}, {"classes": ["one"]}, {"splits": {}}],
)
def test_a_damaged_manifest_is_refused_by_key(prepared: Path, change: dict[str, object]) -> None:
    path = prepared / MANIFEST_NAME
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ManifestError) as refused:
        read_manifest(prepared)
    assert refused.value.where == str(path)
    assert [refused.value.key] == [*change]


def test_a_folder_without_a_manifest_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(NoPreparedDataError) as refused:
            read_manifest(path)
        assert refused.value.where == str(path)
        assert refused.value.is_folder == path.is_dir()
