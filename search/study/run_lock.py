"""The lock of a run's folder: one driver may write there."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from search.errors import UsageError

_SECONDS = 1.0  # for whoever only looks whether it is held


class RunningError(UsageError):
    """Another process writes in a run's folder."""


class RunLock:
    """The lock of the run in the folder ``run``."""

    def __init__(self, run: Path) -> None:
        self._run = run
        self.path = run / ".lock"

    @property
    def held(self) -> bool:
        """Whether a process holds the lock."""
        if not self.path.exists():
            return False
        # A lock to share: one may look who may not write here, and others who look at the same time are no driver.
        file = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(file)
        return False

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Holds the lock within the context.

        Raises:
            RunningError: another process holds the lock.
        """
        lock = FileLock(self.path)
        try:
            lock.acquire(timeout=_SECONDS)
        except Timeout:
            raise RunningError("the search is running in another process", where=self._run) from None
        try:
            yield
        finally:
            lock.release()
