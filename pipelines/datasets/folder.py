"""Any folder of photographs with one sub-folder a class, split already or not."""

import os
from pathlib import Path

from PIL import Image

from pipelines.datasets.images import Drawing, EmptyClassError, ImageDataset, LabelledImage
from pipelines.datasets.splits import TEST_SHARE, VAL_SHARE, described, drawn_dataset
from pipelines.errors import DataError
from pipelines.split import Split

_SPLIT_NAMES: dict[Split, tuple[str, ...]] = {
    "train": ("train", "training"),
    "val": ("val", "valid", "validation", "dev"),
    "test": ("test", "testing"),
}
_SPLIT_OF = {name: split for split, names in _SPLIT_NAMES.items() for name in names}
_SHARES: dict[Split, float] = {"test": TEST_SHARE, "val": VAL_SHARE}  # in the order in which splits are drawn
_LEFT_BY_PROGRAMS = {"__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini"}
_UNREAD = {".heic", ".heif", ".dng", ".cr2", ".nef", ".arw"}  # photographs too, which Pillow alone does not read


class NoSuchFolderError(DataError):
    """There is no folder of photographs."""


class NoClassesError(DataError):
    """A folder has no folders of classes."""


class SplitTwiceError(DataError):
    """Two folders are named as one split.

    Attributes:
        split: which.
        folders: the two.
    """

    def __init__(self, split: Split, folders: tuple[Path, Path]) -> None:
        where = f"{folders[0]} and {folders[1]}"
        super().__init__(f"both are named as the {split} split", where=where, expected="one folder")
        self.split = split
        self.folders = folders


class NoTrainingSplitError(DataError):
    """Folders are named as splits, and none of them as the one to train on.

    Attributes:
        names: of the folders.
    """

    def __init__(self, source: Path, names: tuple[str, ...]) -> None:
        super().__init__(
            f"holds {', '.join(names)}, which are named as splits, and no folder to train on",
            where=source,
            expected=f"{source / 'train'}/CLASS/*.jpg",
        )
        self.names = names


class UnknownSplitError(DataError):
    """Folders beside the splits are none of them.

    Attributes:
        names: of the folders.
    """

    def __init__(self, source: Path, names: tuple[str, ...], train: str) -> None:
        super().__init__(
            f"holds {', '.join(names)} beside {train}",
            where=source,
            remedy=f"if {train} is a split, name the others as splits ({', '.join(_SPLIT_OF)}) or move them elsewhere; "
            f"if all are classes, rename the class {train}",
        )
        self.names = names


class UnknownClassError(DataError):
    """A split has a class that training lacks."""


class UnreadKindError(DataError):
    """Photographs are of a kind that is not read.

    Attributes:
        paths: of those of one class.
    """

    def __init__(self, paths: tuple[Path, ...]) -> None:
        super().__init__(
            "photographs of this kind are not read", where=paths[0], remedy=f"convert all {len(paths)} to .jpg"
        )
        self.paths = paths


def folder(source: Path, seed: int = 0) -> ImageDataset:
    """Reads ``source/train/CLASS/*``, ``source/val/CLASS/*`` and ``source/test/CLASS/*``, or ``source/CLASS/*``.

    Names of splits are train or training, val, valid, validation or dev, test or testing, in upper or lower case. The
    images of a missing split are drawn from the training images, stratified. Other files are left out.

    Args:
        source: folder of the photographs.
        seed: of the splits that are drawn.

    Raises:
        NoSuchFolderError: there is no folder ``source``.
        NoClassesError: ``source`` has no folders of classes.
        DataError: two folders hold one split, a folder beside the splits is none of them, a class has no images or
            photographs of a kind that is not read, or a split has a class that training lacks.
    """
    if not source.is_dir():
        raise NoSuchFolderError(
            "no such folder", where=source, expected=f"{source}/train/CLASS/*.jpg or {source}/CLASS/*.jpg"
        )
    found = _split_folders(source)
    root = found.get("train", source)
    classes = tuple(path.name for path in _folders(root))
    if not classes:
        raise NoClassesError("no class folders", where=root, expected=f"one folder a class, such as {root}/CLASS/*.jpg")
    train = _images(root, classes, every_class=True)
    given = {split: _images(found[split], classes) for split in _SHARES if split in found}
    shares = {split: share for split, share in _SHARES.items() if split not in found}
    taken = {image.where for images in (train, *given.values()) for image in images}
    left_out = tuple(str(path) for path in _files(source) if str(path) not in taken)
    name = os.fsencode(source.resolve().name).decode(errors="replace")
    drawing = Drawing(pool=train, shares=shares, seed=seed)
    if shares:
        return drawn_dataset(name, classes, drawing, given, made=described(given, drawing), left_out=left_out)
    made, splits = described(given, None), {"train": train, **given}
    return ImageDataset(name=name, classes=classes, splits=splits, made=made, left_out=left_out)


def _split_folders(source: Path) -> dict[Split, Path]:
    """Returns the folders in ``source`` that hold a split; empty if ``source`` holds classes.

    Raises:
        SplitTwiceError: two folders hold one split.
        NoTrainingSplitError: no folder holds the training split.
        UnknownSplitError: a folder beside the splits is none of them.
    """
    found: dict[Split, Path] = {}
    others = []
    for path in _folders(source):
        split = _SPLIT_OF.get(path.name.casefold())
        if split is None:
            others.append(path)
        elif split in found:
            raise SplitTwiceError(split, (found[split], path))
        else:
            found[split] = path
    if others and not any(_folders(path) for path in found.values()):
        return {}  # classes with such names, as "train" may be beside "bus"
    if found and "train" not in found:
        raise NoTrainingSplitError(source, tuple(path.name for path in found.values()))
    if found and others:
        raise UnknownSplitError(source, tuple(path.name for path in others), found["train"].name)
    return found


def _folders(path: Path) -> list[Path]:
    return sorted(entry for entry in path.iterdir() if entry.is_dir() and not _hidden(entry))


def _files(path: Path) -> list[Path]:
    """Returns all files below ``path``, with links to missing files, so that an error can name them."""
    below = (entry for entry in sorted(path.rglob("*")) if not entry.is_dir())
    return [entry for entry in below if not any(_hidden(part) for part in (entry, *entry.relative_to(path).parents))]


def _hidden(path: Path) -> bool:
    """Whether programs made the path: .ipynb_checkpoints, ._IMG.jpg, .DS_Store, __MACOSX, Thumbs.db."""
    return path.name.startswith(".") or path.name.casefold() in _LEFT_BY_PROGRAMS


def _images(root: Path, classes: tuple[str, ...], *, every_class: bool = False) -> tuple[LabelledImage, ...]:
    extensions = Image.registered_extensions()
    unread_here = _UNREAD - extensions.keys()  # plug-ins of Pillow's read some
    unknown = {path.name for path in _folders(root)} - set(classes)
    if unknown:
        raise UnknownClassError("a class that the training images do not have", where=root / min(unknown))
    images: list[LabelledImage] = []
    for label, name in enumerate(classes):
        files = _files(root / name)
        found = [path for path in files if path.suffix.lower() in extensions]
        unread = [path for path in files if path.suffix.lower() in unread_here]
        if unread:
            raise UnreadKindError(tuple(unread))
        if every_class and not found:
            raise EmptyClassError(
                f"class {name!r} has no images", where=root / name, remedy="add some or remove the folder"
            )
        images += [LabelledImage(where=str(path), label=label) for path in found]
    return tuple(images)
