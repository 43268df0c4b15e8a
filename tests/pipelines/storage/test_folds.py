"""Folds: each image in one, groups whole, classes in all."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.datasets import ImageDataset, LabelledImage
from pipelines.split import SPLITS
from pipelines.storage.beton import BetonFile
from pipelines.storage.folds import TooManyFoldsError, draw_folds, read_folds
from pipelines.storage.group_numbers import NoGroupNumbersError
from pipelines.storage.manifest import beton_path, read_manifest
from pipelines.storage.prepare import prepare
from tests.pipelines.storage.test_group_numbers import without_groups


def noise(counts: dict[str, tuple[int, ...]]) -> ImageDataset:
    """So many images of each class in each split, no two alike."""
    rng = np.random.default_rng(0)

    def image(split: str, label: int) -> LabelledImage:
        return LabelledImage(where=split, label=label, pixels=rng.integers(0, 256, (8, 8, 3), dtype=np.uint8))

    splits = {
        split: tuple(image(split, label) for label, count in enumerate(counts[split]) for _ in range(count))
        for split in SPLITS
    }
    classes = tuple("abc"[: len(counts["train"])])
    return ImageDataset(name="noise", classes=classes, splits=splits, made="by hand")


@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(5, 30)), min_size=2, max_size=4),
    st.integers(2, 5),
)
def test_folds_divide_the_groups_of_each_class(classes: list[tuple[int, int]], folds: int) -> None:
    """Of classes with so many images a group, and so many groups."""
    labels = [label for label, (size, groups) in enumerate(classes) for _ in range(size * groups)]
    groups = [1000 * label + one // size for label, (size, of) in enumerate(classes) for one in range(size * of)]
    numbers = draw_folds(labels, groups, folds)
    assert set(numbers.tolist()) == set(range(folds))
    for label, (size, of) in enumerate(classes):
        own = numbers[np.array(labels) == label]
        assert (own.reshape(of, size) == own[::size, None]).all()  # whole groups
        counts = np.bincount(own, minlength=folds) / size
        assert counts.min() >= 1
        assert counts.max() - counts.min() <= 2


def test_folds_are_of_train_and_val_and_always_the_same(tmp_path: Path) -> None:
    manifest = prepare(noise({"train": (17, 23), "val": (3, 7), "test": (5, 5)}), tmp_path / "data", image_size=8)
    numbers = read_folds(tmp_path / "data", manifest, 5)
    labels = np.concatenate([BetonFile(beton_path(tmp_path / "data", split)).labels for split in ("train", "val")])
    assert [np.bincount(numbers[labels == label]).tolist() for label in (0, 1)] == [[4] * 5, [6] * 5]
    assert np.array_equal(numbers, read_folds(tmp_path / "data", manifest, 5))
    assert (numbers[:40] != numbers[0]).sum() > 0


def test_a_class_that_a_training_would_miss_is_refused(tmp_path: Path) -> None:
    manifest = prepare(
        noise({"train": (9, 3, 9), "val": (3, 0, 3), "test": (1, 1, 1)}), tmp_path / "data", image_size=8
    )
    assert len(read_folds(tmp_path / "data", manifest, 3)) == 27
    with pytest.raises(TooManyFoldsError) as refused:
        read_folds(tmp_path / "data", manifest, 4)
    assert (refused.value.name, refused.value.groups, refused.value.folds) == ("b", 3, 4)


def test_data_without_groups_have_no_folds(tmp_path: Path) -> None:
    prepare(noise({"train": (9, 9), "val": (3, 3), "test": (1, 1)}), tmp_path / "data", image_size=8)
    without_groups(tmp_path / "data")
    with pytest.raises(NoGroupNumbersError):
        read_folds(tmp_path / "data", read_manifest(tmp_path / "data"), 3)
