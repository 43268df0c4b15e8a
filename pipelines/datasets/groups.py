"""Groups of images that belong together: of one object, of one patient, of one burst."""

import re
from dataclasses import replace
from pathlib import Path

from pipelines.datasets.images import ImageDataset
from pipelines.datasets.splits import draw_splits
from pipelines.errors import NoGroupsError, SplitGroupError
from pipelines.split import Split


def with_groups(dataset: ImageDataset, pattern: re.Pattern[str], source: Path | None) -> ImageDataset:
    """Returns the data set with groups by the names of its images, and its drawn splits drawn again by them.

    Images are of one group where ``pattern`` captures the same text in their names, whatever their classes. An image
    whose name does not match, or of which only empty text is captured, is alone.

    Args:
        dataset: to group.
        pattern: searched in each image's path below ``source``, with ``/`` between folders; has a capturing group.
        source: folder of the images; None: the images are named by their ``where``.

    Raises:
        NoGroupsError: no name has a group.
        DataError: too few groups for a drawn split.
    """
    splits = {
        split: tuple(replace(image, group=_captured(pattern, image.name_below(source))) for image in images)
        for split, images in dataset.sections()
    }
    names = [image.group for images in splits.values() for image in images]
    if not any(names):
        raise NoGroupsError(pattern.pattern, dataset.splits["train"][0].name_below(source))
    drawing = None if dataset.drawing is None else replace(dataset.drawing, pool=splits["train"])
    if drawing is not None:
        splits |= draw_splits(drawing)
    return replace(dataset, splits=splits, drawing=drawing, grouped_by=f"'{pattern.pattern}'")


def counted_groups(dataset: ImageDataset) -> ImageDataset:
    """Returns a data set of grouped images that says in ``made`` how many groups there are.

    Args:
        dataset: with groups by names or by a column of a table; one without groups stays as it is.

    Raises:
        SplitGroupError: a group is in two splits that are given.
    """
    if not dataset.grouped_by:
        return dataset
    _check_given(dataset)
    names = [image.group for images in dataset.splits.values() for image in images]
    alone = names.count(None)
    rest = f", {alone} {'image' if alone == 1 else 'images'} in no group" if alone else ""
    return replace(dataset, made=f"{dataset.made}; {len({*names} - {None})} groups by {dataset.grouped_by}{rest}")


def _captured(pattern: re.Pattern[str], name: str) -> str | None:
    match = pattern.search(name)
    return " ".join(part or "" for part in match.groups()) if match is not None and any(match.groups()) else None


def _check_given(dataset: ImageDataset) -> None:
    """Checks that no group has images in two given splits; images to draw from count as one split.

    Raises:
        SplitGroupError: a group is in two of them.
    """
    first: dict[str, tuple[str, Split]] = {}
    torn: dict[str, tuple[tuple[str, str], tuple[Split, Split]]] = {}
    for split, images in dataset.sections():
        for image in images:
            if image.group is None:
                continue
            where, there = first.setdefault(image.group, (image.where, split))
            if there != split:
                torn.setdefault(image.group, ((where, image.where), (there, split)))
    if torn:
        group, (where_both, splits) = next(iter(torn.items()))
        raise SplitGroupError(group, where_both, splits, len(torn) - 1)
