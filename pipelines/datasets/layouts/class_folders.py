"""Folders of classes, in folders of splits or not: ``train/CLASS/*.jpg`` or ``CLASS/*.jpg``, at any depth."""

from pathlib import Path

from pipelines.datasets.images import EmptyClassError
from pipelines.datasets.layouts.listing import Entry, Listing
from pipelines.datasets.layouts.split_names import SPLIT_NAMES, split_named
from pipelines.datasets.layouts.tree import SourceTree, inside, joined, name_of
from pipelines.errors import DataError
from pipelines.split import Split


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
    """There are splits, and none of them to train on.

    Attributes:
        names: of the splits.
    """

    def __init__(self, source: Path, names: tuple[str, ...], expected: str) -> None:
        super().__init__(f"has the splits {', '.join(names)}, and none to train on", where=source, expected=expected)
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
            remedy=f"if {train} is a split, name the others as splits ({', '.join(SPLIT_NAMES)}) or move them "
            f"elsewhere; if all are classes, rename the class {train}",
        )
        self.names = names


def class_folders(tree: SourceTree) -> Listing:
    """Lists images by the folders of their classes.

    Names of splits are train or training, val, valid, validation or dev, test or testing, in upper or lower case.

    Raises:
        NoClassesError: there are no folders of classes.
        SplitTwiceError: two folders hold one split.
        NoTrainingSplitError: no folder holds the training split.
        UnknownSplitError: a folder beside the splits is none of them.
        EmptyClassError: a class has no images to train on.
    """
    root = tree.class_root()
    found = split_folders(tree, root)
    train = tree.class_root(found["train"], stop=()) if found else root
    classes = [name_of(folder) for folder in tree.children.get(train, [])]
    if not classes:
        where = tree.named(train)
        raise NoClassesError(
            "no class folders", where=where, expected=f"one folder a class, such as {where}/CLASS/*.jpg"
        )
    known = {name.casefold() for name in classes}
    homes: dict[str, Split | None] = {train: "train" if found else None}
    homes |= {tree.class_root(found[split], stop=known): split for split in found if split != "train"}
    entries = []
    for file in tree.photos:
        for home, split in homes.items():
            label, _, below = inside(home, file.path).partition("/")
            if below:
                entries.append(Entry(file=file, label=label, split=split))
    trained = {entry.label for entry in entries if entry.split in (None, "train")}
    for name in classes:
        if name not in trained:
            where = tree.named(joined(train, name))
            raise EmptyClassError(f"class {name!r} has no images", where=where, remedy="add some or remove the folder")
    return Listing(entries=tuple(entries))


def has_class_folders(tree: SourceTree) -> bool:
    """Whether folders of images may be of classes: they are in a folder of a split, or several beside each other."""
    folders = [folder for folder in tree.children.get(tree.class_root(), []) if folder in tree.above_photos]
    splits = [folder for folder in folders if split_named(name_of(folder)) is not None]
    return (
        any(inner in tree.above_photos for folder in splits for inner in tree.children.get(folder, []))
        or len(folders) - len(splits) > 1
    )


def split_folders(tree: SourceTree, root: str) -> dict[Split, str]:
    """Returns the folders in ``root`` that hold a split; empty if ``root`` holds classes.

    Args:
        tree: of the source.
        root: folder of the tree.

    Raises:
        SplitTwiceError: two folders hold one split.
        NoTrainingSplitError: no folder holds the training split.
        UnknownSplitError: a folder beside the splits is none of them.
    """
    found: dict[Split, str] = {}
    others = []
    source = Path(tree.named(root))
    for folder in tree.children.get(root, []):
        split = split_named(name_of(folder))
        if split is None:
            others.append(name_of(folder))
        elif split in found:
            raise SplitTwiceError(split, (tree.source / found[split], tree.source / folder))
        else:
            found[split] = folder
    if others and not any(folder in tree.children for folder in found.values()):
        return {}  # classes with such names, as "train" may be beside "bus"
    if found and "train" not in found:
        names = tuple(name_of(folder) for folder in found.values())
        raise NoTrainingSplitError(source, names, f"{source / 'train'}/CLASS/*.jpg")
    if found and others:
        raise UnknownSplitError(source, tuple(others), name_of(found["train"]))
    return found
