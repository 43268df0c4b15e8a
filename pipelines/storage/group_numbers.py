"""The group of each image of train and val, beside the ``.beton`` files: images of one group are in one fold.

Images are of one group where ``--groups`` or ``--group-pattern`` says so, and where they are copies of each other.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipelines.errors import DataError
from pipelines.storage.manifest import GROUPS_NAME, FileRecord, Manifest, file_sha256


class NoGroupNumbersError(DataError):
    """Data were prepared by a version that kept no groups, which folds need."""

    def __init__(self, folder: Path) -> None:
        what = "an earlier version prepared these data and kept no groups of images, which folds need"
        super().__init__(what, where=folder, remedy="prepare the data again")


def write_group_numbers(folder: Path, numbers: NDArray[np.int32]) -> FileRecord:
    """Writes the file of groups, and returns its record.

    Args:
        folder: of the prepared data.
        numbers: (n,) the group of each image of train, then of val, from 0.
    """
    path = folder / GROUPS_NAME
    np.save(path, numbers, allow_pickle=False)
    return FileRecord(bytes=path.stat().st_size, sha256=file_sha256(path))


def read_group_numbers(folder: Path, manifest: Manifest) -> NDArray[np.int32]:
    """Returns the group of each image of train, then of val, (n,) from 0.

    Args:
        folder: of prepared data whose files are verified.
        manifest: of the same folder.

    Raises:
        NoGroupNumbersError: an earlier version prepared the data.
        DataError: the file does not have a number for each image.
    """
    if manifest.groups is None:
        raise NoGroupNumbersError(folder)
    path, images = folder / GROUPS_NAME, manifest.splits["train"].images + manifest.splits["val"].images
    numbers: NDArray[np.int32] = np.load(path, allow_pickle=False)
    if numbers.dtype != np.int32 or numbers.shape != (images,):
        raise DataError(f"does not have a group for each of {images} images", where=path)
    return numbers
