"""A search with folds on real Ray: further seeds are scored on other images, and the network taken home is of one."""

import json
from pathlib import Path

import numpy as np
import pytest
import yaml

from pipelines.datasets import ImageDataset, LabelledImage
from pipelines.split import SPLITS
from pipelines.storage.folds import TooManyFoldsError
from pipelines.storage.group_numbers import NoGroupNumbersError
from pipelines.storage.prepare import prepare
from search.study.folder import RunFolder
from search.study.trial import Status
from tests.helpers import Shell
from tests.pipelines.storage.test_group_numbers import without_groups
from tests.search.ray_backend.searches import trials_of

SEARCH = """
name: mine
data: coloured
space: {widths: [0.1, 0.2], groups: [1], placements: {at_most: 1}}
search: {trials: 8, folds: FOLDS, baselines: false, confirm: 0.5}
training: {epochs: 2, batch_size: 16, learning_rate: 0.02, flip: false}
"""
TRAIN, VAL, SIDE = 25, 8, 8  # images of each class; pixels


def coloured() -> ImageDataset:
    """Three classes, each of one colour among noise; no two images alike."""
    rng = np.random.default_rng(0)
    colours = rng.integers(64, 192, (3, 3))
    splits = {}
    for split in SPLITS:
        labels = [label for label in range(3) for _ in range(TRAIN if split == "train" else VAL)]
        pixels = [(colours[label] + rng.integers(-60, 60, (SIDE, SIDE, 3))).clip(0, 255) for label in labels]
        splits[split] = tuple(
            LabelledImage(where=f"{split}-{index}", label=label, pixels=picture.astype(np.uint8))
            for index, (label, picture) in enumerate(zip(labels, pixels, strict=True))
        )
    return ImageDataset(name="coloured", classes=("a", "b", "c"), splits=splits, made="made up", image_size=SIDE)


@pytest.fixture
def terminal(new_shell: Shell) -> Shell:
    prepare(coloured(), new_shell.folder / "coloured", image_size=SIDE)
    return new_shell


def test_further_seeds_are_scored_on_other_folds(terminal: Shell) -> None:
    terminal.write("mine.yaml", SEARCH.replace("FOLDS", "3"))
    assert "3 folds of 33 images" in terminal.run("plan", "mine.yaml", "--no-timing")
    terminal.launch_here("mine.yaml")
    trials = trials_of(terminal)
    assert [trial.status for trial in trials] == [Status.COMPLETE] * 8
    assert [trial.fold for trial in trials] == [trial.seed % 3 for trial in trials]
    assert {trial.fold for trial in trials} >= {0, 1}
    spec = RunFolder.find(terminal.folder / "runs", "mine").open_record().spec
    assert spec.folds is not None
    assert spec.folds.images == (33, 33, 33)
    for trial in trials:
        assert trial.result is not None
        assert trial.result.value == pytest.approx(round(trial.result.value * 33) / 33)
    terminal.run("front", "mine")
    terminal.run("export", "mine", "--no-portable", "--out", "best")
    network = yaml.safe_load((terminal.folder / "best" / "arch.yaml").read_text())
    assert network["measured"]["fold"] == {"number": 0, "of": 3}
    assert (network["measured"]["images"], network["measured"]["seed"]) == (33, 0)
    assert "fold 0 of 3" in (terminal.folder / "best" / "README.md").read_text()
    figures = terminal.figures("evaluate", "best")
    assert figures["reproduced"], json.dumps(figures)


def refused_by_all(terminal: Shell, kind: type[TooManyFoldsError] | type[NoGroupNumbersError]) -> None:
    for command in ("plan", "launch"):
        terminal.refused(kind, command, "mine.yaml")
    assert not Path(terminal.folder, "runs", "mine").exists()


def test_more_folds_than_groups_of_a_class_are_refused(terminal: Shell) -> None:
    dataset = coloured()
    few = {split: dataset.splits[split][::6] for split in SPLITS}  # four of a class in train, one or two in val
    prepare(
        ImageDataset(name="few", classes=dataset.classes, splits=few, made="made up"),
        terminal.folder / "few",
        image_size=SIDE,
    )
    terminal.write("mine.yaml", SEARCH.replace("FOLDS", "10").replace("coloured", "few"))
    refused_by_all(terminal, TooManyFoldsError)


def test_folds_of_data_that_have_no_groups_are_refused(terminal: Shell) -> None:
    without_groups(terminal.folder / "coloured")
    terminal.write("mine.yaml", SEARCH.replace("FOLDS", "3"))
    refused_by_all(terminal, NoGroupNumbersError)
