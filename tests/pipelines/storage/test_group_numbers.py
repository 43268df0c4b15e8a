"""The groups of images that folds keep together."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pipelines.datasets import digits, folder
from pipelines.datasets.groups import with_groups
from pipelines.errors import DataError
from pipelines.storage.group_numbers import NoGroupNumbersError, read_group_numbers, write_group_numbers
from pipelines.storage.manifest import (
    GROUPS_NAME,
    MANIFEST_NAME,
    ChangedError,
    LengthError,
    MissingFileError,
    read_manifest,
    verify,
)
from pipelines.storage.prepare import prepare
from tests.pipelines.storage.sets import landscape, small


def without_groups(data: Path) -> None:
    """Makes prepared data those of a version that kept no groups."""
    manifest = json.loads((data / MANIFEST_NAME).read_text())
    del manifest["groups"]
    (data / MANIFEST_NAME).write_text(json.dumps(manifest))
    (data / GROUPS_NAME).unlink()


def test_images_of_a_group_and_copies_have_one_number(tmp_path: Path) -> None:
    """Of 40 pictures of each class ten a group by name, each with an equal copy in no group."""
    root = tmp_path / "photos"
    for label, name in enumerate(("a", "b")):
        for index in range(40):
            path = root / name / f"{index:02d}.jpg"
            landscape(path, 100 * label + index)
            (root / name / f"copy-{index:02d}.jpg").write_bytes(path.read_bytes())
    dataset = with_groups(folder(root), re.compile(r"(\w/\d)\d"), root)
    manifest = prepare(dataset, tmp_path / "data", image_size=16)
    numbers = read_group_numbers(tmp_path / "data", manifest)
    assert len(numbers) == manifest.splits["train"].images + manifest.splits["val"].images
    counts = np.bincount(numbers)
    assert set(counts.tolist()) == {20}
    assert len(counts) < 8  # the others are in the test split
    assert not set(numbers[: manifest.splits["train"].images]) & set(numbers[manifest.splits["train"].images :])


def test_images_without_groups_and_copies_are_alone(tmp_path: Path) -> None:
    manifest = prepare(digits(), tmp_path / "data", image_size=8)
    numbers = read_group_numbers(tmp_path / "data", manifest)
    assert numbers.dtype == np.int32
    assert sorted(numbers.tolist()) == list(range(len(numbers)))


def test_equal_images_of_given_splits_are_one_group(tmp_path: Path) -> None:
    manifest = prepare(small(), tmp_path / "data", image_size=8)
    assert read_group_numbers(tmp_path / "data", manifest).tolist() == [0, 1] * 6


def test_data_of_earlier_versions_are_read_but_have_no_groups(tmp_path: Path) -> None:
    manifest = prepare(small(), tmp_path / "data", image_size=8)
    without_groups(tmp_path / "data")
    earlier = verify(tmp_path / "data")
    assert earlier.groups is None
    assert earlier.data_id == manifest.data_id
    with pytest.raises(NoGroupNumbersError) as refused:
        read_group_numbers(tmp_path / "data", earlier)
    assert refused.value.where == str(tmp_path / "data")


def change(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (Path.unlink, MissingFileError),
        (lambda path: path.write_bytes(path.read_bytes()[:-1]), LengthError),
        (change, ChangedError),
    ],
)
def test_another_file_of_groups_is_refused(
    tmp_path: Path, spoil: Callable[[Path], object], error: type[DataError]
) -> None:
    prepare(small(), tmp_path / "data", image_size=8)
    spoil(tmp_path / "data" / GROUPS_NAME)
    with pytest.raises(error) as refused:
        verify(tmp_path / "data", ("train",))
    assert refused.value.where == str(tmp_path / "data" / GROUPS_NAME)


def test_groups_of_another_number_of_images_are_refused(tmp_path: Path) -> None:
    prepare(small(), tmp_path / "data", image_size=8)
    record = write_group_numbers(tmp_path / "data", np.zeros(11, np.int32))
    manifest = read_manifest(tmp_path / "data").model_copy(update={"groups": record})
    with pytest.raises(DataError) as refused:
        read_group_numbers(tmp_path / "data", manifest)
    assert refused.value.where == str(tmp_path / "data" / GROUPS_NAME)
