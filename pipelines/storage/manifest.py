"""The manifest of prepared data: what is in the files beside it, and how they were made.

A folder of prepared data holds ``train.beton``, ``val.beton``, ``test.beton``, ``groups.npy`` and ``manifest.json``,
the names of images (``train-names.txt`` and so on), and ``skipped.txt`` where images could not be read.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipelines.errors import DataError, NoPreparedDataError
from pipelines.split import SPLITS, Split
from pipelines.storage.beton import BetonFile

MANIFEST_NAME = "manifest.json"
GROUPS_NAME = "groups.npy"  # see pipelines/storage/group_numbers.py
SKIPPED_NAME = "skipped.txt"  # each image that was left out and why, a tab between the two; absent where there is none
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Channel = tuple[float, float, float]


class ManifestError(DataError):
    """A manifest is not one.

    Attributes:
        key: of what is wrong in it, or ``file``.
    """

    def __init__(self, what: str, *, where: object, key: str) -> None:
        super().__init__(what, where=where)
        self.key = key


class MissingFileError(DataError):
    """A file that the manifest names is not there."""


class ChangedError(DataError):
    """A file's content is not what was prepared."""


class LengthError(DataError):
    """A file's length is not what was prepared.

    Attributes:
        recorded, found: bytes.
    """

    def __init__(self, path: Path, *, recorded: int, found: int) -> None:
        what = f"expected {recorded} bytes, found {found}: truncated or changed"
        super().__init__(what, where=path, remedy="prepare the data again")
        self.recorded = recorded
        self.found = found


class LabelsError(DataError):
    """A file has labels that the manifest does not name.

    Attributes:
        labels: that are in the file, each once, in order.
        classes: that the manifest names.
    """

    def __init__(self, path: Path, labels: tuple[int, ...], classes: int) -> None:
        what = (
            f"labels from {labels[0]} to {labels[-1]} ({len(labels)} classes), but the manifest names {classes} classes"
        )
        super().__init__(what, where=path)
        self.labels = labels
        self.classes = classes


class FileRecord(BaseModel):
    """The length of a file in bytes, and its SHA-256."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bytes: int = Field(ge=1)
    sha256: Sha256


class SplitRecord(FileRecord):
    """One ``.beton`` file, and how many images it has."""

    images: int = Field(ge=1)


class Manifest(BaseModel):
    """What was prepared.

    Attributes:
        name, classes: of the data set; classes in label order.
        image_size: height and width of every stored image.
        storage: how pixels are kept.
        mean, std: of the training images, each channel from 0 to 1, (red, green, blue).
        made: how the splits came to be.
        splits: each file's number of images, length and SHA-256.
        duplicates: images that are in two splits.
        groups: the length and SHA-256 of the file of groups; None: the version that prepared the data kept none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1] = 1
    name: str
    classes: tuple[str, ...] = Field(min_length=2)
    image_size: int = Field(ge=1)
    storage: Literal["raw", "jpeg"]
    mean: Channel
    std: Channel
    made: str
    splits: dict[Split, SplitRecord]
    duplicates: int = Field(0, ge=0)
    groups: FileRecord | None = None

    @property
    def data_id(self) -> str:
        """A hash of all that training sees: two folders with the same id hold the same data."""
        parts = [*self.classes, *(self.splits[split].sha256 for split in SPLITS)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def beton_path(folder: Path, split: Split) -> Path:
    """Returns the path of the file of a split, whether or not it exists.

    Args:
        folder: of the prepared data.
        split: the name of the split.
    """
    return folder / f"{split}.beton"


def read_manifest(folder: Path) -> Manifest:
    """Reads the manifest alone; see :func:`verify` for the files.

    Raises:
        NoPreparedDataError: the folder has no manifest.
        ManifestError: the file is not a valid manifest.
    """
    path = folder / MANIFEST_NAME
    if not path.is_file():
        raise NoPreparedDataError(folder, is_folder=folder.is_dir())
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "file"
        raise ManifestError(f"{where}: {first['msg']}", where=path, key=where) from None
    if missing := set(SPLITS) - set(manifest.splits):
        raise ManifestError(f"splits: {min(missing)} is missing", where=path, key="splits")
    return manifest


def verify(folder: Path, splits: Iterable[Split] = SPLITS) -> Manifest:
    """Checks that the files of splits, and of groups, are exactly those that were prepared, and returns the manifest.

    Args:
        folder: of the prepared data.
        splits: whose files are checked; the manifest must have all three.

    Raises:
        NoPreparedDataError: the folder has no manifest.
        ManifestError: the file is not a valid manifest.
        MissingFileError: a file is missing.
        LengthError: a file has another length.
        ChangedError: a file has another SHA-256.
        LabelsError: a file has labels without a class.
        DataError: a file is not a ``.beton`` file, or has another number or size of images.
    """
    manifest = read_manifest(folder)
    for split in splits:
        path, record = beton_path(folder, split), manifest.splits[split]
        _check_file(path, record)
        file = BetonFile(path)
        if len(file) != record.images or file.size != manifest.image_size:
            raise DataError(f"holds {len(file)} images of {file.size} px, the manifest says otherwise", where=path)
        if file.labels.min() < 0 or file.labels.max() >= len(manifest.classes):
            raise LabelsError(path, tuple(sorted(set(file.labels.tolist()))), len(manifest.classes))
    if manifest.groups is not None:
        _check_file(folder / GROUPS_NAME, manifest.groups)
    return manifest


def _check_file(path: Path, record: FileRecord) -> None:
    if not path.is_file():
        raise MissingFileError("missing", where=path, remedy="prepare the data again")
    if path.stat().st_size != record.bytes:
        raise LengthError(path, recorded=record.bytes, found=path.stat().st_size)
    if file_sha256(path) != record.sha256:
        raise ChangedError(
            "its content is not what was prepared (SHA-256 differs)", where=path, remedy="prepare the data again"
        )


def class_counts(folder: Path, manifest: Manifest, split: Split) -> list[int]:
    """Returns the number of images of each class in a split, in label order.

    Args:
        folder: of prepared data whose files are verified.
        manifest: of the same folder.
        split: the name of the split.
    """
    labels = BetonFile(beton_path(folder, split)).labels
    counts: list[int] = np.bincount(labels, minlength=len(manifest.classes)).tolist()
    return counts


def file_sha256(path: Path) -> str:
    """Returns the SHA-256 of a file's content, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
