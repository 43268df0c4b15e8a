"""The folder of Ray's own files on this machine."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from search.errors import UsageError

_LONGEST = 107  # bytes in the name of a Unix socket
_SOCKET = len("/session_2026-01-01_00-00-00_000000_4194304/sockets/plasma_store.1")  # below Ray's folder
_SHORT = ("/tmp", "/var/tmp", "/dev/shm")  # each gets a folder of this user's own


class RayFolderError(UsageError):
    """Ray can keep its files nowhere on this machine."""


@contextmanager
def ray_folder() -> Iterator[str | None]:
    """Yields a folder for a Ray that is started here; None: Ray's own default, below RAY_TMPDIR or TMPDIR.

    The default's name may be too long for Ray's sockets, or the folder not writable. Then another is made, and removed
    at the end.

    Raises:
        RayFolderError: none can be made.
    """
    if _usable(Path(os.environ.get("RAY_TMPDIR") or os.environ.get("TMPDIR") or "/tmp", "ray")):
        yield None
        return
    folder = _short_folder()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _usable(folder: Path) -> bool:
    if len(os.fsencode(folder)) + _SOCKET > _LONGEST:
        return False
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _short_folder() -> str:
    for parent in _SHORT:
        try:
            return tempfile.mkdtemp(prefix="ray-", dir=parent)
        except OSError:
            continue
    longest = _LONGEST - _SOCKET - len("/ray")
    raise RayFolderError(
        "Ray needs a folder for its files: set RAY_TMPDIR to one that may be written and whose name has at most "
        f"{longest} characters"
    )
