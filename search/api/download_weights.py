"""Downloads trained weights from where their library offers them."""

from collections.abc import Sequence
from http.client import HTTPException
from pathlib import Path
from urllib.error import URLError

from torch.hub import download_url_to_file

from pipelines.errors import WeightsError
from search.errors import ArgumentError
from ulsam.foreign.downloads import OFFERED_WEIGHTS, OfferedWeights


class FetchError(WeightsError):
    """A file exists already, can't be downloaded, or is another one than its library offers."""


def download_weights(
    backbone: str,
    library: str = "torchvision",
    width: float = 1.0,
    folder: Path = Path(),
    offered: Sequence[OfferedWeights] = OFFERED_WEIGHTS,
    *,
    progress: bool = False,
) -> Path:
    """Downloads a file of weights, under the name that its library gave it.

    Args:
        backbone: of the network, by this package's name.
        library: that offers the weights.
        width: of the network, as a multiple of the full width.
        folder: where to write; exists.
        offered: the files that there are.
        progress: whether to draw a bar on standard error.

    Returns:
        The complete file; its SHA-256 is checked where the library publishes the beginning.

    Raises:
        ArgumentError: the library does not offer such weights.
        FetchError: the file exists already, can't be downloaded, or is another one.
    """
    wanted = (library, backbone, width)
    file = next((one for one in offered if (one.library, one.backbone, one.width) == wanted), None)
    if file is None:
        there = ", ".join(f"{one.backbone} x{one.width:g} from {one.library}" for one in offered)
        raise ArgumentError("download", f"{backbone} x{width:g} is not offered by {library}; there are {there}")
    path = folder / file.name
    if path.exists():
        raise FetchError("exists already", where=path, remedy="use that file")
    try:
        download_url_to_file(file.url, str(path), hash_prefix=file.sha256, progress=progress)
    except (OSError, HTTPException) as error:  # no answer, an answer that breaks off, no room for it
        reason = error.reason if type(error) is URLError else error
        remedy = "download the file by other means and use that file"
        raise FetchError(f"can't be fetched ({reason})", where=file.url, remedy=remedy) from None
    except RuntimeError as error:  # of torch, for another SHA-256
        raise FetchError(f"not the expected file ({error})", where=file.url) from None
    return path
