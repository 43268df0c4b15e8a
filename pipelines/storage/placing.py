"""Which image goes to which split, once all have been read: unreadable ones to none, copies to one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipelines.datasets.images import ImageDataset
from pipelines.datasets.joining import joined
from pipelines.datasets.splits import draw_indices
from pipelines.names import Copies
from pipelines.split import SPLITS, Split
from pipelines.storage.duplicates import Duplicate, duplicates
from pipelines.storage.making import MadeImages
from pipelines.storage.near_copies import near_copies

_MANY = 0.1  # of a class
_SOME = 5  # images


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Many images of a class that stay in one split because each is nearly equal to another of them.

    Attributes:
        label: of the class.
        images: their number.
        of: number of the images of the class that are drawn from.
    """

    label: int
    images: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedImages:
    """A data set with its final splits.

    Attributes:
        dataset: without unreadable images, and with nothing left to draw.
        indices: of each split's images among all images, ascending.
        duplicates: that are in two splits or classes.
        alike: more than a tenth of a class, and more than 5 images, that are kept together; once a class, the largest.
        sums: (2, 3) of the training images' pixels and of their squares, from 0 to 1, a channel.
        groups: (n,) the number of the group of each image of train, then of val: of one group, or copies of each other.
    """

    dataset: ImageDataset
    indices: dict[Split, list[int]]
    duplicates: list[Duplicate]
    alike: list[Alike]
    sums: NDArray[np.float64]
    groups: NDArray[np.int32]


def place(dataset: ImageDataset, made: MadeImages, copies: Copies = "near") -> PlacedImages:
    """Leaves out unreadable images, and draws the splits that are not given.

    Args:
        dataset: the data set.
        made: what is known of the images of its sections, one section after the other.
        copies: whether nearly equal images are copies too, or ``equal`` ones alone.

    Raises:
        DataError: a split has no images, or a class none to train on.
    """
    images = [image for _, of_section in dataset.sections() for image in of_section]
    digests = [digest.tobytes() for digest in made.digests]
    near = near_copies(made.hashes, made.thumbnails) if copies == "near" else [None] * len(images)
    alike: list[Alike] = []
    indices: dict[Split, list[int]] = {}
    description, start = dataset.made, 0
    for split, of_section in dataset.sections():
        readable = [start + at for at in range(len(of_section)) if made.sizes[start + at]]
        if dataset.drawing is not None and split == "train":
            keys = [digests[index] for index in readable], [near[index] for index in readable]
            indices |= draw_indices(dataset.drawing, readable, *keys)
            clusters = joined(*keys).tolist()
            count = sum(size for size in Counter(clusters).values() if size > 1)
            equal = "" if copies == "near" else "equal "
            description += f"; {count} images kept with their {equal}copies" if count else ""
            alike = _alike([images[index].label for index in readable], clusters, keys[0])
        else:
            indices[split] = readable
        start += len(of_section)
    splits = {split: tuple(images[index] for index in indices[split]) for split in SPLITS}
    by_split = {split: [digests[index] for index in indices[split]] for split in SPLITS}
    nearly = {split: [near[index] for index in indices[split]] for split in SPLITS}
    in_folds = [*indices["train"], *indices["val"]]
    named = [images[index].group for index in in_folds]
    return PlacedImages(
        dataset=replace(dataset, splits=splits, drawing=None, made=description),
        indices={split: indices[split] for split in SPLITS},
        duplicates=duplicates(splits, by_split, nearly),
        alike=alike,
        sums=made.sums[indices["train"]].sum(axis=0),
        groups=joined(named, by_split["train"] + by_split["val"], nearly["train"] + nearly["val"]),
    )


def _alike(labels: Sequence[int], clusters: Sequence[int], digests: Sequence[bytes]) -> list[Alike]:
    """Returns the largest cluster of each class that holds much of it, of images that are not all equal.

    Args:
        labels: of images.
        clusters: the number of each one's cluster of copies.
        digests: of each one's pixels.
    """
    different: dict[int, set[bytes]] = {}
    for cluster, digest in zip(clusters, digests, strict=True):
        different.setdefault(cluster, set()).add(digest)
    of = Counter(labels)
    largest: dict[int, int] = {}
    for (label, cluster), images in Counter(zip(labels, clusters, strict=True)).items():
        if images > _SOME and images > _MANY * of[label] and len(different[cluster]) > 1:
            largest[label] = max(images, largest.get(label, 0))
    return [Alike(label=label, images=images, of=of[label]) for label, images in sorted(largest.items())]
