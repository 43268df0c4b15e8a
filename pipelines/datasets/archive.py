"""Official archives, unpacked beside themselves."""

import tarfile
import tempfile
import zlib
from pathlib import Path

from pipelines.errors import DataError, NoArchiveError


class DamagedArchiveError(DataError):
    """A file is not the whole official archive."""


def unpack(source: Path, archive: str, holds: str, *, url: str, md5: str | None, download: bool) -> None:
    """Makes sure that ``source/holds`` is there: it is, or comes out of ``source/archive``, or out of the net.

    Args:
        source: folder of the archive and of what is in it.
        archive: file name of the tar archive.
        holds: the last thing that is moved out of it: once that is there, all is.
        url: where the archive is published.
        md5: of the archive, where it was published.
        download: whether it may be fetched.

    Raises:
        DataError: it is not there, or not whole.
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
