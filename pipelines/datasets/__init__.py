"""Where images come from, one data set a file."""

from collections.abc import Callable
from pathlib import Path

from pipelines.datasets.cifar import cifar
from pipelines.datasets.cub200 import cub200
from pipelines.datasets.digits import digits
from pipelines.datasets.folder import ReadLayout, folder
from pipelines.datasets.food101 import food101
from pipelines.datasets.imagenet1k import imagenet1k
from pipelines.datasets.images import ImageDataset, LabelledImage
from pipelines.datasets.layouts.listing import HowToRead
from pipelines.datasets.layouts.scratch import Scratch
from pipelines.datasets.stanford_dogs import stanford_dogs
from pipelines.errors import NoSourceError
from pipelines.names import DatasetName


def open_dataset(
    name: DatasetName,
    source: Path | None,
    *,
    download: bool = False,
    seed: int = 0,
    how: HowToRead = HowToRead(),
    scratch: Scratch = Scratch(),
    on_layout: Callable[[ReadLayout], None] = lambda layout: None,
) -> ImageDataset:
    """Opens a data set.

    Args:
        name: of the data set.
        source: folder of its images or archives, for ``folder`` also one archive or Parquet file; None: only for
            digits, which ignores the argument.
        download: whether to fetch a missing archive that may be fetched freely.
        seed: of the splits that are drawn.
        how: what is known of the layout of ``folder``.
        scratch: folder for images of ``folder`` that are in archives and Parquet files; it must outlive the data set.
        on_layout: called with the layout of ``folder`` when the images are listed.

    Raises:
        NoSourceError: the data set needs ``source``.
        DataError: the images or archives are missing or not whole.
    """
    if name == "digits":
        return digits(seed)
    if source is None:
        raise NoSourceError(name)
    match name:
        case "folder":
            return folder(source, seed, how=how, scratch=scratch, on_layout=on_layout)
        case "cifar10" | "cifar100":
            return cifar(name, source, download=download, seed=seed)
        case "food101":
            return food101(source, download=download, seed=seed)
        case "imagenet1k":
            return imagenet1k(source, seed=seed)
        case "cub200":
            return cub200(source, download=download, seed=seed)
        case "stanford_dogs":
            return stanford_dogs(source, download=download, seed=seed)


__all__ = ["ImageDataset", "LabelledImage", "cifar", "digits", "folder", "open_dataset"]
