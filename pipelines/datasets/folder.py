"""Any folder of photographs with one sub-folder a class, split already or not."""

from pathlib import Path

from PIL import Image

from pipelines.datasets.images import ImageDataset, LabelledImage
from pipelines.datasets.splits import TEST_SHARE, VAL_SHARE, split_off
from pipelines.errors import DataError
from pipelines.split import Split

_SPLIT_NAMES: dict[Split, tuple[str, ...]] = {
    "train": ("train", "training"),
    "val": ("val", "valid", "validation", "dev"),
    "test": ("test", "testing"),
}
_SPLIT_OF = {name: split for split, names in _SPLIT_NAMES.items() for name in names}
_UNREAD = {".heic", ".heif", ".dng", ".cr2", ".nef", ".arw"}  # photographs too, which Pillow alone does not read


def folder(source: Path, seed: int = 0) -> ImageDataset:
    """Reads ``source/train/CLASS/*``, ``source/val/CLASS/*`` and ``source/test/CLASS/*``, or ``source/CLASS/*``.

    Names of splits are train or training, val, valid, validation or dev, test or testing, in upper or lower case. The
    images of a missing split are drawn from the training images, stratified, by ``seed``.

    Raises:
        DataError: there is no such folder, two folders hold one split, a folder beside the splits is none of them, a
            class has no images, or a split has a class that training lacks.
    """
    if not source.is_dir():
        raise DataError(f"{source}: no such folder; expected {source}/train/CLASS/*.jpg or {source}/CLASS/*.jpg")
    found = _split_folders(source)
    root = found.get("train", source)
    classes = tuple(path.name for path in _folders(root))
    if not classes:
        raise DataError(f"{root}: no class folders; expected one folder a class, such as {root}/CLASS/*.jpg")
    train = _images(root, classes, every_class=True)

    made = []  # of what is missing
    if "test" in found:
        test = _images(found["test"], classes)
    else:
        train, test = split_off(train, TEST_SHARE, seed)
        made.append(f"test {TEST_SHARE:.0%} of train, stratified, seed {seed}")
    if "val" in found:
        val = _images(found["val"], classes)
    else:
        train, val = split_off(train, VAL_SHARE, seed)
        made.append(f"val {VAL_SHARE:.0%} of train, stratified, seed {seed}")
    return ImageDataset(
        name=source.resolve().name,
        classes=classes,
        splits={"train": train, "val": val, "test": test},
        made="; ".join(["split as found", *made]),
    )


def _split_folders(source: Path) -> dict[Split, Path]:
    """The folders in ``source`` that hold a split; none where ``source`` holds classes."""
    found: dict[Split, Path] = {}
    others = []
    for path in _folders(source):
        split = _SPLIT_OF.get(path.name.casefold())
        if split is None:
            others.append(path)
        elif split in found:
            raise DataError(f"{found[split]} and {path}: both are named as the {split} split; expected one folder")
        else:
            found[split] = path
    if others and not any(_folders(path) for path in found.values()):
        return {}  # classes with such names, as "train" may be beside "bus"
    if found and "train" not in found:
        names = ", ".join(path.name for path in found.values())
        raise DataError(
            f"{source}: holds {names}, which are named as splits, and no folder to train on; expected "
            f"{source / 'train'}/CLASS/*.jpg"
        )
    if found and others:
        names = ", ".join(path.name for path in others)
        expected, train = ", ".join(_SPLIT_OF), found["train"].name
        raise DataError(
            f"{source}: holds {names} beside {train}; if {train} is a split, name the others "
            f"as splits ({expected}) or move them elsewhere; if all are classes, rename the class {train}"
        )
    return found


def _folders(path: Path) -> list[Path]:
    return sorted(entry for entry in path.iterdir() if entry.is_dir() and not _hidden(entry))


def _files(path: Path) -> list[Path]:
    """All files below ``path``. Links to nothing are among them, so that a missing image is named."""
    below = (entry for entry in sorted(path.rglob("*")) if not entry.is_dir())
    return [entry for entry in below if not any(_hidden(part) for part in (entry, *entry.relative_to(path).parents))]


def _hidden(path: Path) -> bool:
    """What programs leave beside images: .ipynb_checkpoints, and ._IMG.jpg or __MACOSX in archives made on a Mac."""
    return path.name.startswith(".") or path.name == "__MACOSX"


def _images(root: Path, classes: tuple[str, ...], *, every_class: bool = False) -> tuple[LabelledImage, ...]:
    extensions = Image.registered_extensions()
    unread_here = _UNREAD - extensions.keys()  # plug-ins of Pillow's read some
    unknown = {path.name for path in _folders(root)} - set(classes)
    if unknown:
        raise DataError(f"{root / min(unknown)}: a class that the training images do not have")
    images: list[LabelledImage] = []
    for label, name in enumerate(classes):
        files = _files(root / name)
        found = [path for path in files if path.suffix.lower() in extensions]
        unread = [path for path in files if path.suffix.lower() in unread_here]
        if unread:
            raise DataError(f"{unread[0]}: photographs of this kind are not read; convert all {len(unread)} to .jpg")
        if every_class and not found:
            raise DataError(f"{root / name}: class {name!r} has no images; add some or remove the folder")
        images += [LabelledImage(where=str(path), label=label) for path in found]
    return tuple(images)
