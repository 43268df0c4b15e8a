"""Official archives, unpacked beside themselves."""

import tarfile
import tempfile
import zlib
from pathlib import Path

from pipelines.errors import DataError, NoArchiveError


class DamagedArchiveError(DataError):
    """A file is not the whole official archive."""


def unpack(source: Path, archive: str, holds: str, *, url: str, md5: str | None, download: bool) -> None:
    """Makes sure that ``source / holds`` exists, if necessary from the archive in ``source`` or from ``url``.

    Args:
        source: folder of the archive and of its content.
        archive: file name of the tar archive.
        holds: the name that is moved out of the archive last: if it exists, everything does.
        url: where the archive is published.
        md5: of the archive; None: its publisher states none.
        download: whether the archive may be fetched.

    Raises:
        NoArchiveError: there is no archive, and it may not be fetched.
        DamagedArchiveError: the archive is not a whole tar archive, or not the official one.
        DataError: the archive could not be fetched.
    """
    if (source / holds).exists():
        return
    file = source / archive
    if not file.is_file() and download:
        _fetch(url, source, archive, md5)
    if not file.is_file():
        raise NoArchiveError(where=source, expected=f"{holds} or {archive} there", url=url)
    try:
        with tempfile.TemporaryDirectory(dir=source, prefix=".unpacking-") as partial:
            with tarfile.open(file) as tar:
                tar.extractall(partial, filter="data")  # nothing outside of the folder, no devices
            if not (Path(partial) / holds).exists():
                raise DamagedArchiveError(f"holds no {holds}; it is not the official archive", where=file)
            for found in sorted(Path(partial).iterdir(), key=lambda path: path.name == holds):
                if not (source / found.name).exists():
                    found.rename(source / found.name)
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise DamagedArchiveError(f"damaged, not a whole tar archive ({error})", where=file) from error


def _fetch(url: str, source: Path, archive: str, md5: str | None) -> None:
    from torchvision.datasets.utils import download_url

    try:
        download_url(url, str(source), archive, md5)
    except (OSError, RuntimeError) as error:
        raise DataError(f"could not be fetched ({error})", where=url, remedy="check the connection") from error
