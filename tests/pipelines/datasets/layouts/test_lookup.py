"""What tables call an image file, and what they don't."""

from pathlib import Path

import pytest

from pipelines.datasets.layouts.lookup import Lookup
from pipelines.datasets.layouts.tree import SourceFile, SourceTree


def lookup(source: Path) -> tuple[Lookup, SourceFile]:
    file = SourceFile("images/1.png", str(source / "images/1.png"), source / "images/1.png")
    return Lookup(SourceTree(source, (file,), frozenset({"images"}))), file


@pytest.mark.parametrize("source", ["data/photos", "data/photos/", "./data/photos"])
def test_a_path_from_the_working_directory_or_the_root_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    monkeypatch.chdir(tmp_path)
    names, file = lookup(Path(source))
    for value in ("data/photos/images/1.png", "./data/photos/images/1.png", f"{tmp_path}/data/photos/images/1.png"):
        assert names.find(value, "") == (file,), value
    assert names.find("photos/images/1.png", "") == (file,), "a path from the folder of the source"


def test_a_path_that_leads_elsewhere_is_not_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names, _ = lookup(Path("photos"))
    for value in ("other/images/1.png", "/photos/images/1.png", "photos/1.png", "photos/images/2.png", "photos", ""):
        assert names.find(value, "") == (), value
