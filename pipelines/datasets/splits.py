"""Splits that are made where a data set has none of its own."""

from collections import defaultdict
from collections.abc import Sequence
from random import Random

from pipelines.datasets.images import STORED_SIZE, ImageDataset, LabelledImage

VAL_SHARE = 0.15
TEST_SHARE = 0.15
_OFFICIAL_VAL_SHARE = 0.1


def split_off(
    images: Sequence[LabelledImage], share: float, seed: int
) -> tuple[tuple[LabelledImage, ...], tuple[LabelledImage, ...]]:
    """Splits images into (rest, part), both in the order of ``images``.

    The same seed always gives the same split.

    Args:
        images: of any number of classes.
        share: of the images of each class that goes to the part, from 0 to 1, rounded; a class keeps at least one image
            in the rest.
        seed: of the split.
    """
    by_class: defaultdict[int, list[int]] = defaultdict(list)
    for index, image in enumerate(images):
        by_class[image.label].append(index)
    rng = Random(seed)
    part: set[int] = set()
    for label in sorted(by_class):
        members = by_class[label]
        part.update(rng.sample(members, min(round(len(members) * share), len(members) - 1)))
    rest = tuple(image for index, image in enumerate(images) if index not in part)
    return rest, tuple(images[index] for index in sorted(part))


def official(
    name: str,
    classes: Sequence[str],
    train: Sequence[LabelledImage],
    test: Sequence[LabelledImage],
    seed: int,
    *,
    val_share: float = _OFFICIAL_VAL_SHARE,
    image_size: int = STORED_SIZE,
) -> ImageDataset:
    """Returns a data set with official training and test images, and validation images drawn from the former.

    Args:
        name: of the data set.
        classes: their names by label.
        train: the official training images, with those for validation.
        test: the official test images.
        seed: of the validation split.
        val_share: of the training images of each class that are for validation, from 0 to 1.
        image_size: height and width to store in pixels.

    Raises:
        DataError: there are fewer than 2 classes, or a split or a class has no images.
    """
    rest, val = split_off(train, val_share, seed)
    return ImageDataset(
        name=name,
        classes=tuple(classes),
        splits={"train": rest, "val": val, "test": tuple(test)},
        made=f"official; val {val_share:.0%} of train, stratified, seed {seed}",
        image_size=image_size,
    )
