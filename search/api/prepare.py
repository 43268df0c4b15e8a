"""Converts images to .beton files."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines.datasets import ImageDataset, open_dataset
from pipelines.datasets.folder import ReadLayout
from pipelines.datasets.groups import counted_groups, with_groups
from pipelines.datasets.images import UnreadableImageError
from pipelines.datasets.layouts.listing import HowToRead
from pipelines.datasets.layouts.scratch import Unpacking, scratch_beside
from pipelines.datasets.splits import redrawn
from pipelines.names import Copies, DatasetName
from pipelines.split import SPLITS, Split
from pipelines.storage.beton import Storage
from pipelines.storage.duplicates import Duplicate
from pipelines.storage.manifest import Manifest, class_counts
from pipelines.storage.placing import Alike
from pipelines.storage.prepare import check_new
from pipelines.storage.prepare import prepare as write_files
from search.api.arguments import check_at_least
from search.api.class_coverage import MissingClasses, missing_classes
from search.api.redraw_gain import RedrawGain, redraw_gain
from search.errors import ArgumentError


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Data that were prepared.

    Attributes:
        folder, manifest: of the data.
        counts: numbers of images of each split, by label.
        duplicates: equal or nearly equal images that are in two splits, and equal ones in two classes.
        alike: classes many images of which are in one drawn split because they are nearly equal.
        coverage: classes without an image in a split.
        drawn: the splits between which images were drawn; empty: all are as given. A class is in all of them if it has
            as many images that are neither copies nor of one group.
        left_out: files among the images that are no images, such as texts.
        skipped: an error for each image that could not be read.
        redraw: the effect of a new draw of the validation split; None: the split is drawn.
    """

    folder: Path
    manifest: Manifest
    counts: dict[Split, list[int]]
    duplicates: tuple[Duplicate, ...]
    alike: tuple[Alike, ...]
    coverage: tuple[MissingClasses, ...]
    drawn: tuple[Split, ...]
    left_out: tuple[str, ...]
    skipped: tuple[UnreadableImageError, ...]
    redraw: RedrawGain | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepareProgress:
    """What is called while data are prepared.

    Attributes:
        on_unpack: before files of an archive or Parquet file are written to a folder that is removed at the end.
        on_layout: when the images of ``folder`` are listed, with the layout that they were read by.
        on_begin: with the number of images, before the first.
        on_image: after each image.
    """

    on_unpack: Callable[[Unpacking], None] = lambda unpacking: None
    on_layout: Callable[[ReadLayout], None] = lambda layout: None
    on_begin: Callable[[int], None] = lambda images: None
    on_image: Callable[[], None] = lambda: None


def prepare(
    dataset: DatasetName,
    out: Path,
    *,
    source: Path | None = None,
    name: str | None = None,
    size: int | None = None,
    storage: Storage | None = None,
    seed: int = 0,
    download: bool = False,
    group_pattern: str | None = None,
    copies: Copies = "near",
    redraw: bool = False,
    skip_unreadable: bool = False,
    how: HowToRead = HowToRead(),
    progress: PrepareProgress = PrepareProgress(),
) -> Prepared:
    """Converts a data set to FFCV .beton files with a manifest; the same call resumes after an interruption.

    Args:
        dataset: the name of the data set; ``folder`` for your own images.
        out: folder to write; must not exist yet.
        source: the folder of the images or of the official archive, or an archive of your images; None: none is needed.
        name: of the data in reports, on one line; None: the folder's or the data set's name.
        size: height and width to store, in pixels; None: 64, or the data set's own.
        storage: raw pixels are fastest, JPEG is smaller; None: raw up to 4 GiB.
        seed: of the splits that are drawn where the data have none, at least 0.
        download: whether to download an archive that is missing.
        group_pattern: regular expression; images whose paths below ``source`` have the same text in its groups stay
            together; None: only copies do.
        copies: which images stay together where splits are drawn: nearly equal ones too, or ``equal`` ones alone.
        redraw: whether to draw the given validation split again, from the training and validation images.
        skip_unreadable: whether to leave out images that can't be read.
        how: what is known of the layout of ``folder``; what is not is recognised.
        progress: what is called meanwhile.

    Raises:
        DataError: ``out`` exists, or the source is missing or damaged.
        ArgumentError: ``name`` is not one line, ``seed`` is below 0, ``group_pattern`` can't be used, ``how`` is of
            ``folder`` alone, or there is no given validation split to ``redraw``.
    """
    pattern = _checked(name, seed, group_pattern, dataset, how)
    check_new(out, size)
    with scratch_beside(out, progress.on_unpack) as scratch:
        images = open_dataset(
            dataset, source, download=download, seed=seed, how=how, scratch=scratch, on_layout=progress.on_layout
        )
        images = _redrawn(images, seed) if redraw else images
        images = counted_groups(images if pattern is None else with_groups(images, pattern, source))
        images = replace(images, name=images.name if name is None else name.strip())
        progress.on_begin(sum(len(images.splits[split]) for split in SPLITS))
        gain = redraw_gain(images, seed)
        return _written(images, out, size, storage, gain, progress, source, copies=copies, skip=skip_unreadable)


def _written(
    images: ImageDataset,
    out: Path,
    size: int | None,
    storage: Storage | None,
    redraw: RedrawGain | None,
    progress: PrepareProgress,
    source: Path | None,
    *,
    copies: Copies,
    skip: bool,
) -> Prepared:
    duplicates: list[Duplicate] = []
    alike: list[Alike] = []
    skipped: list[UnreadableImageError] = []
    manifest = write_files(
        images,
        out,
        image_size=images.image_size if size is None else size,
        storage=storage,
        copies=copies,
        skip_unreadable=skip,
        source=source,
        on_image=progress.on_image,
        on_duplicate=duplicates.append,
        on_alike=alike.append,
        on_skip=skipped.append,
    )
    counts = {split: class_counts(out, manifest, split) for split in SPLITS}
    return Prepared(
        folder=out,
        manifest=manifest,
        counts=counts,
        duplicates=tuple(duplicates),
        alike=tuple(alike),
        coverage=missing_classes(manifest.classes, counts),
        drawn=images.drawn,
        left_out=images.left_out,
        skipped=tuple(skipped),
        redraw=redraw,
    )


def _checked(
    name: str | None, seed: int, group_pattern: str | None, dataset: DatasetName, how: HowToRead
) -> re.Pattern[str] | None:
    """Returns the pattern of groups, if there is one.

    Raises:
        ArgumentError: one of the arguments can't be used.
    """
    if name is not None and not (name.strip() and name.isprintable()):
        raise ArgumentError("name", f"expected a name on one line, got {name!r}")
    check_at_least(0, seed=seed)
    if dataset != "folder" and how != HowToRead():
        raise ArgumentError("layout", "applies only to the data set folder")
    if group_pattern is not None and how.columns.group:
        raise ArgumentError("group_pattern", "groups are by a pattern or by a column", remedy="choose one")
    return None if group_pattern is None else _compiled(group_pattern)


def _compiled(pattern: str) -> re.Pattern[str]:
    """Returns the pattern of groups.

    Raises:
        ArgumentError: it is not a regular expression, or captures nothing.
    """
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise ArgumentError("group_pattern", f"not a regular expression: {error}", got=repr(pattern)) from None
    if not compiled.groups:
        what, remedy = "captures nothing", r"put parentheses around the name of the group, as in (patient\d+)"
        raise ArgumentError("group_pattern", what, got=repr(pattern), remedy=remedy)
    return compiled


def _redrawn(images: ImageDataset, seed: int) -> ImageDataset:
    """Returns the data set with its validation split drawn again.

    Raises:
        ArgumentError: it has no validation split of its own.
    """
    if "val" in images.drawn:
        what = "applies only to data with a validation split of their own"
        raise ArgumentError("redraw", what, remedy="omit --redraw: the validation split is drawn in any case")
    return redrawn(images, seed)
