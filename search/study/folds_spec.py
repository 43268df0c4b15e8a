"""The folds of a search: parts of the images of train and val together."""

from pathlib import Path

import numpy as np
from pydantic import Field

from pipelines.storage.folds import read_folds
from pipelines.storage.manifest import Manifest
from spaces.config import Section


class FoldsSpec(Section):
    """The folds that the data of a search are divided into.

    Attributes:
        images: of each fold.
        groups_sha256: of the file of groups that the folds keep together.
    """

    images: tuple[int, ...] = Field(min_length=2)
    groups_sha256: str

    @property
    def of(self) -> int:
        """The number of folds."""
        return len(self.images)

    @property
    def in_words(self) -> str:
        """Their number and images: ``5 folds of 583 to 592 images of train and val``."""
        fewest, most = min(self.images), max(self.images)
        images = f"{most:,}" if fewest == most else f"{fewest:,} to {most:,}"
        return f"{self.of} folds of {images} images of train and val"

    @classmethod
    def read(cls, folder: Path, manifest: Manifest, folds: int | None) -> "FoldsSpec | None":
        """Returns the folds of prepared data; None where a search asks for none.

        Args:
            folder: of prepared data whose files are verified.
            manifest: of the same folder.
            folds: their number, at least 2; None: the search asks for none.

        Raises:
            NoGroupNumbersError: a version that kept no groups prepared the data.
            TooManyFoldsError: a class has too few groups of images.
        """
        if folds is None:
            return None
        images = np.bincount(read_folds(folder, manifest, folds), minlength=folds).tolist()
        assert manifest.groups is not None, "folds were read"
        return cls(images=tuple(images), groups_sha256=manifest.groups.sha256)

    def are_of(self, manifest: Manifest) -> bool:
        """Whether the data of a manifest, which has the same images, are divided in the same way."""
        return manifest.groups is not None and manifest.groups.sha256 == self.groups_sha256
