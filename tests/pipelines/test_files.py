"""Files and folders that are whole or absent."""

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.files import atomic_dir, atomic_write


def test_a_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_text("old")
    with atomic_write(path) as partial:
        assert partial.suffix == ".png"
        partial.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_appears_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "folder"
    with atomic_dir(path) as partial:
        (partial / "sub").mkdir()
        (partial / "sub" / "a").write_text("a")
        assert not path.exists()
    assert (path / "sub" / "a").read_text() == "a"
    assert list(path.parent.iterdir()) == [path]


def write_half(path: Path) -> None:
    with atomic_write(path) as partial:
        partial.write_text("half")
        raise ZeroDivisionError


def fill_half(path: Path) -> None:
    with atomic_dir(path) as partial:
        (partial / "a").write_text("half")
        raise ZeroDivisionError


@pytest.mark.parametrize("write", [write_half, fill_half])
def test_an_error_leaves_all_as_it_was(tmp_path: Path, write: Callable[[Path], None]) -> None:
    with pytest.raises(ZeroDivisionError):
        write(tmp_path / "a")
    assert not list(tmp_path.iterdir())


def fill_while_another_does(path: Path) -> None:
    with atomic_dir(path) as partial:
        (partial / "mine").touch()
        path.mkdir()
        (path / "theirs").touch()


def test_a_folder_that_has_come_to_exist_is_not_overwritten(tmp_path: Path) -> None:
    with pytest.raises(OSError, check=lambda error: error.errno == errno.ENOTEMPTY):
        fill_while_another_does(tmp_path / "a")
    assert [path.name for path in tmp_path.rglob("*")] == ["a", "theirs"]
