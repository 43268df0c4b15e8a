"""Splits that are made where a data set has none of its own."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace

from pipelines.datasets.draw import draw
from pipelines.datasets.images import STORED_SIZE, Drawing, ImageDataset, LabelledImage
from pipelines.datasets.joining import joined
from pipelines.errors import NothingToDrawError
from pipelines.split import Split

VAL_SHARE = 0.15
TEST_SHARE = 0.15
_OFFICIAL_VAL_SHARE = 0.1


def draw_splits(drawing: Drawing) -> dict[Split, tuple[LabelledImage, ...]]:
    """Returns the images of the training split and of each split that is drawn, in the order of the pool.

    Images of one group stay together; that images are copies is not known yet.

    Raises:
        NothingToDrawError: a split would have no images.
    """
    indices = draw_indices(drawing, range(len(drawing.pool)))
    return {split: tuple(drawing.pool[index] for index in of_split) for split, of_split in indices.items()}


def draw_indices(
    drawing: Drawing,
    indices: Sequence[int],
    equal: Sequence[Hashable] | None = None,
    near: Sequence[Hashable | None] | None = None,
) -> dict[Split, list[int]]:
    """Draws splits from a part of the pool.

    Args:
        drawing: how to draw.
        indices: of the images of the pool to draw from, ascending.
        equal: a key for each of ``indices`` that equal images have; images with an equal key, or of one group, stay
            together. None: nothing is known of equal images.
        near: a key for each of ``indices`` that nearly equal images have, in the same way; a key None equals no other.

    Returns:
        Indices of the images in the training split and in each split that is drawn, ascending.

    Raises:
        NothingToDrawError: a split would have no images.
    """
    images = [drawing.pool[index] for index in indices]
    named = [image.group for image in images]
    groups = joined(named, *(keys for keys in (equal, near) if keys is not None)).tolist()
    parts = draw([image.label for image in images], groups, list(drawing.shares.values()), drawing.seed)
    splits: list[Split] = ["train", *drawing.shares]
    found: dict[Split, list[int]] = {split: [] for split in splits}
    for index, part in zip(indices, parts, strict=True):
        found[splits[part]].append(index)
    for split, of_split in found.items():
        if not of_split:
            raise NothingToDrawError(
                split, len(splits), grouped=any(named), near=any(key is not None for key in near or ())
            )
    return found


def drawn_dataset(
    name: str,
    classes: Sequence[str],
    drawing: Drawing,
    given: Mapping[Split, tuple[LabelledImage, ...]],
    *,
    made: str,
    image_size: int = STORED_SIZE,
) -> ImageDataset:
    """Returns a data set some splits of which are drawn.

    Args:
        name: of the data set.
        classes: their names by label.
        drawing: how to draw the splits that are not given.
        given: the images of the splits that are given.
        made: how the splits came to be.
        image_size: height and width to store in pixels.

    Raises:
        DataError: there are fewer than 2 classes, or a split or a class has no images.
    """
    return ImageDataset(
        name=name,
        classes=tuple(classes),
        splits={**given, **draw_splits(drawing)},
        made=made,
        image_size=image_size,
        drawing=drawing,
    )


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
    drawing = Drawing(pool=tuple(train), shares={"val": val_share}, seed=seed)
    made = f"official; val {val_share:.0%} of train, stratified, seed {seed}"
    return drawn_dataset(name, classes, drawing, {"test": tuple(test)}, made=made, image_size=image_size)


def redrawn(dataset: ImageDataset, seed: int) -> ImageDataset:
    """Returns the data set with its validation split drawn from its training and validation images.

    The test split stays as it is; where the data set has none, it is drawn from the same images.

    Args:
        dataset: whose validation split is given.
        seed: of the draw.

    Raises:
        DataError: a split has no images.
    """
    assert "val" not in dataset.drawn, "a validation split that is drawn is none to draw again"
    train = dataset.splits["train"] if dataset.drawing is None else dataset.drawing.pool
    shares = {} if dataset.drawing is None else dataset.drawing.shares
    drawing = Drawing(pool=train + dataset.splits["val"], shares={**shares, "val": VAL_SHARE}, seed=seed)
    made = described([split for split in ("test",) if split not in shares], drawing, source="train and val")
    return replace(dataset, splits=dataset.splits | draw_splits(drawing), drawing=drawing, made=made)


def described(given: Iterable[Split], drawing: Drawing | None, source: str = "train") -> str:
    """Returns how splits came to be, for a manifest.

    Args:
        given: the splits beside ``train`` that the data set has.
        drawing: of the others; None: there are none.
        source: what they are drawn from.
    """
    if drawing is None:
        return "split as found"
    found = [f"{split} as found" for split in given]
    made = [
        f"{split} {share:.0%} of {source}, stratified, seed {drawing.seed}" for split, share in drawing.shares.items()
    ]
    return "; ".join([*found, *made])
