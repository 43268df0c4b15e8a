"""Prepared data in an object store: each machine fetches them once, verifies them, and keeps its copy."""

import os
import re
import shutil
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from filelock import FileLock
from pydantic import StringConstraints

from pipelines.errors import DataError, first_line
from pipelines.files import atomic_write
from pipelines.split import SPLITS, Split
from pipelines.storage.manifest import GROUPS_NAME, MANIFEST_NAME, ChangedError, FileRecord, beton_path, read_manifest

if TYPE_CHECKING:
    from pyarrow.fs import FileSystem

RemoteUrl = Annotated[str, StringConstraints(pattern=r"^(s3|gs)://\S+$")]
DataLocation = Path | RemoteUrl
CACHE = "ULSAM_SEARCH_CACHE"  # environment variable: the folder for copies
_PIECE = 8 << 20  # bytes
# What pyarrow says, in words alone, where a store answers and refuses. Too many requests (429), a request that took too
# long (408) and a server's own failures (5xx) are no answer.
_REFUSED = re.compile(r"ACCESS_DENIED|PERMISSION_DENIED|UNAUTHENTICATED|HTTP status (?!408|429)[34]\d\d")


class StoreError(DataError):
    """An object store does not answer, or refuses; ``what`` has its own words, of the error that is the cause."""


class NoRoomError(DataError):
    """A machine has too little room for a copy of the data.

    Attributes:
        needs, free: bytes.
    """

    def __init__(self, folder: Path, *, needs: int, free: int) -> None:
        what = f"needs {needs:,} bytes for its copy, {free:,} are free"
        super().__init__(what, where=folder, remedy=f"set {CACHE} to another folder")
        self.needs = needs
        self.free = free


def local(
    location: DataLocation,
    splits: Iterable[Split] = SPLITS,
    on_bytes: Callable[[int, int], None] = lambda done, of: None,
    on_offline: Callable[[str], None] = lambda reason: None,
) -> Path:
    """Returns the folder of prepared data on this machine, after fetching what is missing.

    Args:
        location: a folder, which is the result itself, or ``s3://BUCKET/FOLDER`` or ``gs://BUCKET/FOLDER``. Credentials
            are those of the cloud's own tools, and ``?endpoint_override=HOST:PORT`` names another server.
        splits: to fetch, and the groups of images with them; empty: the manifest alone. Files of an earlier copy are
            not fetched again.
        on_bytes: called with the bytes fetched so far, and with the bytes to fetch.
        on_offline: called with the reason why the store does not answer, if the last whole copy is used instead. A
            store that refuses, or fails after it has sent the manifest, has answered.

    Raises:
        StoreError: the store does not answer and there is no whole copy, or the store refuses.
        NoRoomError: this machine has no room for a copy.
        ChangedError: a file in the store is not what was prepared.
        DataError: the manifest in the store is not valid.
    """
    if isinstance(location, Path):
        return location
    splits = tuple(splits)
    try:
        try:
            store, root, manifest_text = _ask(location)
        except OSError as error:
            known = None if _is_answer(error) else _known_copy(location, splits)
            if known is None:
                raise
            on_offline(first_line(error))
            return known
        return _copy(location, store, root, manifest_text, splits, on_bytes)
    except DataError:
        raise
    except (OSError, ValueError) as error:  # pyarrow's own are of these two
        raise StoreError(first_line(error), where=location) from error


def _ask(location: RemoteUrl) -> tuple["FileSystem", str, bytes]:
    """Returns the store, the folder in it, and the current manifest."""
    store, root = _store(location)
    with store.open_input_stream(f"{root}/{MANIFEST_NAME}") as file:
        return store, root, file.read()


def _is_answer(error: OSError) -> bool:
    """Whether the store was reached, and the data are missing or forbidden."""
    return isinstance(error, FileNotFoundError | PermissionError) or _REFUSED.search(str(error)) is not None


def _copy(
    location: RemoteUrl,
    store: "FileSystem",
    root: str,
    manifest_text: bytes,
    splits: tuple[Split, ...],
    on_bytes: Callable[[int, int], None],
) -> Path:
    folder = _cache() / _short_hash(manifest_text)
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".lock"):  # a machine's other workers wait for the first
        _write(folder / MANIFEST_NAME, manifest_text)
        _fetch(store, root, folder, splits, on_bytes)
    _write(_note(location), folder.name.encode())
    return folder


def _known_copy(location: RemoteUrl, splits: tuple[Split, ...]) -> Path | None:
    """Returns the last copy of ``location`` if it is whole; None: there is none."""
    note = _note(location)
    if not note.is_file():
        return None
    folder = _cache() / note.read_text()
    manifest = folder / MANIFEST_NAME
    if not manifest.is_file() or _short_hash(manifest.read_bytes()) != folder.name:
        return None
    return None if _missing(folder, splits) else folder


def _note(location: RemoteUrl) -> Path:
    """Returns the path of the file with the folder name of the copy of ``location``."""
    return _cache() / f"{_short_hash(location.encode())}.copy"


def _short_hash(content: bytes) -> str:
    return sha256(content).hexdigest()[:16]


def _write(path: Path, content: bytes) -> None:
    if not path.is_file() or path.read_bytes() != content:
        with atomic_write(path) as partial:
            partial.write_bytes(content)


def _missing(folder: Path, splits: tuple[Split, ...]) -> dict[Path, FileRecord]:
    """Returns the files of ``splits``, and of groups, that the copy in ``folder`` does not have, or not whole."""
    manifest = read_manifest(folder)
    records: dict[Path, FileRecord] = {beton_path(folder, split): manifest.splits[split] for split in splits}
    if manifest.groups is not None and splits:  # whoever wants no images wants the manifest alone
        records[folder / GROUPS_NAME] = manifest.groups
    return {
        path: record for path, record in records.items() if not path.is_file() or path.stat().st_size != record.bytes
    }


def _fetch(
    store: "FileSystem", root: str, folder: Path, splits: tuple[Split, ...], on_bytes: Callable[[int, int], None]
) -> None:
    missing = _missing(folder, splits)
    total, done = sum(record.bytes for record in missing.values()), 0
    if (free := shutil.disk_usage(folder).free) < total:
        raise NoRoomError(folder, needs=total, free=free)
    for path, record in missing.items():
        digest, name = sha256(), path.name
        with store.open_input_stream(f"{root}/{name}") as source, atomic_write(path) as partial:
            with partial.open("wb") as copy:
                while piece := source.read(_PIECE):
                    copy.write(piece)
                    digest.update(piece)
                    done += len(piece)
                    on_bytes(done, total)
            if digest.hexdigest() != record.sha256:
                raise ChangedError(
                    "its content is not what was prepared (SHA-256 differs)",
                    where=f"{root}/{name}",
                    remedy="copy it again",
                )


def _store(url: str) -> tuple["FileSystem", str]:
    from pyarrow.fs import FileSystem

    store, root = FileSystem.from_uri(url)
    return store, root.rstrip("/")


def _cache() -> Path:
    chosen = os.environ.get(CACHE)
    return (
        Path(chosen) if chosen else Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "ulsam-search"
    )
