"""Photographs in class folders, and what is stored of them."""

from pathlib import Path

import pytest

from tests.pipelines.datasets.layouts.written import hashes, photographs, prepared


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return photographs(tmp_path_factory.mktemp("photographs") / "photos")


@pytest.fixture(scope="module")
def stored(classes: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The hash of each split that is prepared from class folders."""
    return hashes(prepared(classes, tmp_path_factory.mktemp("stored") / "data"))
