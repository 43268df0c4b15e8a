"""Which image goes to which split, once all have been read: unreadable ones to none, copies to one."""

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipelines.datasets.images import ImageDataset
from pipelines.datasets.joining import joined
from pipelines.datasets.splits import draw_indices
from pipelines.split import SPLITS, Split
from pipelines.storage.duplicates import Duplicate, duplicates
from pipelines.storage.making import MadeImages
from pipelines.storage.near_copies import near_copies


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedImages:
    """A data set with its final splits.

    Attributes:
        dataset: without unreadable images, and with nothing left to draw.
        indices: of each split's images among all images, ascending.
        duplicates: that are in two splits or classes.
        sums: (2, 3) of the training images' pixels and of their squares, from 0 to 1, a channel.
    """

    dataset: ImageDataset
    indices: dict[Split, list[int]]
    duplicates: list[Duplicate]
    sums: NDArray[np.float64]


def place(dataset: ImageDataset, made: MadeImages) -> PlacedImages:
    """Leaves out unreadable images, and draws the splits that are not given.

    Args:
        dataset: the data set.
        made: what is known of the images of its sections, one section after the other.

    Raises:
        DataError: a split has no images, or a class none to train on.
    """
    images = [image for _, of_section in dataset.sections() for image in of_section]
    digests = [digest.tobytes() for digest in made.digests]
    near = near_copies(made.hashes, made.thumbnails)
    indices: dict[Split, list[int]] = {}
    description, start = dataset.made, 0
    for split, of_section in dataset.sections():
        readable = [start + at for at in range(len(of_section)) if made.sizes[start + at]]
        if dataset.drawing is not None and start == 0:
            copies = [digests[index] for index in readable], [near[index] for index in readable]
            indices |= draw_indices(dataset.drawing, readable, *copies)
            count = sum(size for size in Counter(joined(*copies).tolist()).values() if size > 1)
            description += f"; {count} images kept with their copies" if count else ""
        else:
            indices[split] = readable
        start += len(of_section)
    splits = {split: tuple(images[index] for index in indices[split]) for split in SPLITS}
    by_split = {split: [digests[index] for index in indices[split]] for split in SPLITS}
    alike = {split: [near[index] for index in indices[split]] for split in SPLITS}
    return PlacedImages(
        dataset=replace(dataset, splits=splits, drawing=None, made=description),
        indices={split: indices[split] for split in SPLITS},
        duplicates=duplicates(splits, by_split, alike),
        sums=made.sums[indices["train"]].sum(axis=0),
    )
