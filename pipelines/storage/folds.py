"""Folds of the images of train and val together: stratified, groups and copies in one fold."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipelines.errors import DataError
from pipelines.storage.beton import BetonFile
from pipelines.storage.group_numbers import read_group_numbers
from pipelines.storage.manifest import Manifest, beton_path

_SEED = 0  # the same folds for all searches on the same data


class TooManyFoldsError(DataError):
    """All images of a class would be in one fold, and a training without that fold could not learn the class.

    Attributes:
        name: of the class.
        groups: of its images, those of which are in one fold.
        folds: how many were asked for.
    """

    def __init__(self, folder: Path, name: str, *, groups: int, folds: int) -> None:
        what = f"class {name!r} has {groups} {'group' if groups == 1 else 'groups'} of images"
        fewer = f"choose at most {groups} folds" if 2 <= groups < folds else "search without folds"
        super().__init__(
            f"{what}, too few for {folds} folds: all would be in one", where=folder, remedy=f"add images, or {fewer}"
        )
        self.name = name
        self.groups = groups
        self.folds = folds


def read_folds(folder: Path, manifest: Manifest, folds: int) -> NDArray[np.int64]:
    """Returns the number of the fold of each image of train, then of val, (n,).

    Each fold has nearly the same share of each class's images; see :func:`~pipelines.datasets.draw.draw`. Each class
    has images in each fold, unless images of several classes are in one group, and always outside of each.

    Args:
        folder: of prepared data whose files are verified.
        manifest: of the same folder.
        folds: their number, at least 2.

    Raises:
        NoGroupNumbersError: a version that kept no groups prepared the data.
        TooManyFoldsError: a class has too few groups of images.
    """
    groups = read_group_numbers(folder, manifest)
    labels = np.concatenate([BetonFile(beton_path(folder, split)).labels for split in ("train", "val")])
    numbers = draw_folds(labels.tolist(), groups.tolist(), folds)
    for label, name in enumerate(manifest.classes):
        if len(set(numbers[labels == label].tolist())) < 2:
            own = len(set(groups[labels == label].tolist()))
            raise TooManyFoldsError(folder, name, groups=own, folds=folds)
    return numbers


def draw_folds(labels: Sequence[int], groups: Sequence[int], folds: int) -> NDArray[np.int64]:
    """Returns the number of each image's fold, (n,).

    Args:
        labels: (n,) class of each image, from 0.
        groups: (n,) group of each image; images of one group are in one fold.
        folds: their number, at least 2.
    """
    from pipelines.datasets.draw import draw  # here, as data sets need Pillow, and most workers do without

    shares = [1 / left for left in range(folds, 1, -1)]
    return np.array(draw(labels, groups, shares, _SEED), dtype=np.int64)
