"""Ray's own files lie where its sockets fit, whatever TMPDIR says."""

import stat
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from search.ray_backend import ray_folder as module
from search.ray_backend.ray_folder import RayFolderError, ray_folder


@pytest.fixture(autouse=True)
def no_ray_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAY_TMPDIR", raising=False)


def test_a_short_folder_is_left_to_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    with TemporaryDirectory(dir="/tmp") as short:
        monkeypatch.setenv("TMPDIR", short)
        with ray_folder() as folder:
            assert folder is None


@pytest.mark.parametrize("variable", ["TMPDIR", "RAY_TMPDIR"])
@pytest.mark.parametrize("name", ["/proc", "x" * 100])
def test_one_that_is_too_long_or_not_writable_is_replaced(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, name: str
) -> None:
    monkeypatch.setenv(variable, str(tmp_path / name))
    with ray_folder() as folder:
        assert folder is not None
        path = Path(folder)
        assert len(folder) < 30
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
        (path / "file").touch()
    assert not path.exists()


def test_where_none_can_be_made_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", "/proc")
    monkeypatch.setattr(module, "_SHORT", ("/proc", "/sys"))
    with pytest.raises(RayFolderError), ray_folder():
        pass
