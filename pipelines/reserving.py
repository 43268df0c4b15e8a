"""A place that one process at a time may write to."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pipelines.errors import DataError


class BusyError(DataError):
    """Another process prepares the same folder."""


@contextmanager
def reserved(out: Path, lock_name: str = "lock") -> Iterator[None]:
    """Keeps other processes from preparing ``out``.

    Removes the folders above ``out`` that it has made if nothing is in them at the end.

    Args:
        out: the folder that is going to be written.
        lock_name: ending of the name of the lock's file beside ``out``; locks of other names do not meet.

    Raises:
        BusyError: another process prepares ``out``.
    """
    made = [folder for folder in out.parents if not folder.exists()]  # the innermost first
    out.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(out.with_name(f".{out.name}.{lock_name}"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise BusyError("is being prepared by another process", where=out) from None
    try:
        yield
    finally:
        lock.release()
        Path(lock.lock_file).unlink(missing_ok=True)
        for folder in made:
            if not any(folder.iterdir()):
                folder.rmdir()
