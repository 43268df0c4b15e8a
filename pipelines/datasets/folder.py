"""Images of your own, in any layout: listed by the layout, then split, drawn and checked in the same way."""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipelines.datasets.images import Drawing, ImageDataset, LabelledImage
from pipelines.datasets.layouts.class_folders import NoTrainingSplitError
from pipelines.datasets.layouts.listing import Entry, HowToRead, Listing
from pipelines.datasets.layouts.parquet import parquet_files
from pipelines.datasets.layouts.recognise import listed, recognise
from pipelines.datasets.layouts.scratch import Scratch
from pipelines.datasets.layouts.tree import SourceFile, SourceTree, unread_endings, walked
from pipelines.datasets.layouts.unpacking import archive_ending, unpacked
from pipelines.datasets.splits import TEST_SHARE, VAL_SHARE, described, draw_splits
from pipelines.errors import DataError, NoTableToReadError
from pipelines.names import LayoutName
from pipelines.split import Split

_SHARES: dict[Split, float] = {"test": TEST_SHARE, "val": VAL_SHARE}  # in the order in which splits are drawn


class NoSuchFolderError(DataError):
    """There is no folder of photographs, and no archive of them."""


class UnsplitImagesError(DataError):
    """Some images are in splits, and others in none.

    Attributes:
        images: those that are in none.
    """

    def __init__(self, images: tuple[str, ...]) -> None:
        what = "in no split" if len(images) == 1 else f"and {len(images) - 1} other images are in no split"
        super().__init__(f"{what}, while others are", where=images[0], remedy="put all images into splits, or none")
        self.images = images


class UnknownClassError(DataError):
    """A split has classes that training lacks.

    Attributes:
        names: of the classes.
        split: that has them.
    """

    def __init__(self, names: tuple[str, ...], split: Split, example: str) -> None:
        shown = ", ".join(map(repr, names[:5])) + (", ..." if len(names) > 5 else "")
        what = f"of class {shown}, which the training images do not have"
        super().__init__(what, where=example, remedy="add training images, or remove the class")
        self.names = names
        self.split = split


class UnreadKindError(DataError):
    """Photographs are of a kind that is not read.

    Attributes:
        images: where they are.
    """

    def __init__(self, images: tuple[str, ...]) -> None:
        super().__init__(
            "photographs of this kind are not read", where=images[0], remedy=f"convert all {len(images)} to .jpg"
        )
        self.images = images


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLayout:
    """The layout that a source was read by.

    Attributes:
        source: what was read.
        layout: its name.
        recognised: whether the layout was recognised; otherwise the user has named it.
        said: what it was read from, such as the columns of a table; empty: the layout's name says it all.
    """

    source: Path
    layout: LayoutName
    recognised: bool
    said: str


def folder(
    source: Path,
    seed: int = 0,
    *,
    how: HowToRead = HowToRead(),
    scratch: Scratch = Scratch(),
    on_layout: Callable[[ReadLayout], None] = lambda layout: None,
) -> ImageDataset:
    """Reads labelled images in a folder, an archive or a Parquet file.

    The images of a missing split are drawn from the training images, stratified. Classes are sorted by name. Other
    files are left out.

    Args:
        source: folder of the images, ``.zip`` or ``.tar`` archive of such a folder, or Parquet file.
        seed: of the splits that are drawn.
        how: what is known of the layout.
        scratch: folder for images that are in archives and Parquet files, which must outlive the data set.
        on_layout: called when the images are listed.

    Raises:
        NoSuchFolderError: there is no ``source``.
        DataError: the source has another layout, its files do not agree, a class has no images to train on, or
            photographs are of a kind that is not read.
    """
    tree = unpacked(_tree(source), scratch, lambda tree: bool(tree.photos or parquet_files(tree)))
    layout = recognise(tree, how)
    _check_asked(source, layout, how)
    listing = listed(layout, tree, how, scratch)
    recognised = how.layout is None and not how.labels
    on_layout(ReadLayout(source=source, layout=layout, recognised=recognised, said=listing.said))
    return _dataset(tree, listing, seed)


def _tree(source: Path) -> SourceTree:
    if source.is_dir():
        return walked(source)
    if source.is_file() and (archive_ending(source.name) or source.suffix.lower() == ".parquet"):
        name = "" if archive_ending(source.name) else source.name
        return SourceTree(source, (SourceFile(name, str(source), source),), frozenset())
    what = "neither a folder, nor an archive, nor a Parquet file" if source.exists() else "no such file or folder"
    raise NoSuchFolderError(what, where=source, expected="a folder of images, or an archive such as photos.zip")


def _check_asked(source: Path, layout: LayoutName, how: HowToRead) -> None:
    """Checks that the layout has what the user has named.

    Raises:
        NoTableToReadError: it has not.
    """
    if how.columns.named() and layout in ("classes", "tiny-imagenet"):
        raise NoTableToReadError(source, layout, "columns")
    if how.labels and layout != "table":
        raise NoTableToReadError(source, layout, "table of labels")


def _dataset(tree: SourceTree, listing: Listing, seed: int) -> ImageDataset:
    endings = unread_endings()
    if unread := [entry.file.where for entry in listing.entries if entry.file.suffix in endings]:
        raise UnreadKindError(tuple(unread))
    by_split: dict[Split | None, list[Entry]] = {}
    for entry in listing.entries:
        by_split.setdefault(entry.split, []).append(entry)
    pool = by_split.pop(None, [])
    if pool and by_split:
        raise UnsplitImagesError(tuple(entry.file.where for entry in pool))
    if by_split and "train" not in by_split:
        raise NoTrainingSplitError(tree.source, tuple(map(str, by_split)), "images in the split train")
    pool = by_split.pop("train", pool)
    classes = tuple(sorted({entry.label for entry in pool}))
    number = {name: label for label, name in enumerate(classes)}
    for split, entries in by_split.items():
        first = {entry.label: entry.file.where for entry in reversed(entries) if entry.label not in number}
        if first:
            raise UnknownClassError(tuple(sorted(first)), split or "train", first[min(first)])
    train = _images(pool, number)
    given = {split: _images(by_split[split], number) for split in _SHARES if split in by_split}
    taken = {entry.file.path for entry in listing.entries} | listing.tables
    left_out = tuple(file.where for file in tree.files if file.path not in taken)
    drawing = Drawing(
        pool=train, shares={split: share for split, share in _SHARES.items() if split not in given}, seed=seed
    )
    drawn = bool(drawing.shares)
    return ImageDataset(
        name=_name(tree.source),
        classes=classes,
        splits={**given, **(draw_splits(drawing) if drawn else {"train": train})},
        made=described(given, drawing if drawn else None),
        drawing=drawing if drawn else None,
        left_out=left_out,
        grouped_by=listing.grouped_by,
    )


def _images(entries: Iterable[Entry], number: Mapping[str, int]) -> tuple[LabelledImage, ...]:
    """Returns images class by class, and those of a class in the order of the files."""
    images = [
        LabelledImage(where=entry.file.where, label=number[entry.label], path=entry.file.disk, group=entry.group)
        for entry in entries
    ]
    return tuple(sorted(images, key=lambda image: image.label))


def _name(source: Path) -> str:
    name = source.resolve().name
    ending = archive_ending(name) or (".parquet" if name.lower().endswith(".parquet") else "")
    return os.fsencode(name[: len(name) - len(ending)] or name).decode(errors="replace")
