"""Any folder of photographs with one sub-folder a class, split already or not."""

from pathlib import Path

from PIL import Image

from pipelines.datasets.images import ImageDataset, LabelledImage
from pipelines.datasets.splits import TEST_SHARE, VAL_SHARE, split_off
from pipelines.errors import DataError

_VAL_NAMES = ("val", "valid", "validation")
_SPLIT_NAMES = {*_VAL_NAMES, "train", "training", "test", "testing"}
_UNREAD = {".heic", ".heif", ".dng", ".cr2", ".nef", ".arw"}  # photographs too, which Pillow alone does not read


def folder(source: Path, seed: int = 0) -> ImageDataset:
    """Reads ``source/train/CLASS/*``, ``source/val/CLASS/*`` and ``source/test/CLASS/*``, or ``source/CLASS/*``.

    A split that is missing is drawn from the training images, stratified, by ``seed``.

    Raises:
        DataError: there is no such folder, a class has no images, or a split has a class that training lacks.
    """
    if not source.is_dir():
        raise DataError(f"{source}: no such folder; expected {source}/train/CLASS/*.jpg or {source}/CLASS/*.jpg")
    train_folder = source / "train"
    root = train_folder if train_folder.is_dir() else source
    classes = tuple(sorted(path.name for path in root.iterdir() if path.is_dir() and not path.name.startswith(".")))
    if not classes:
        raise DataError(f"{root}: no class folders; expected one folder a class, such as {root}/CLASS/*.jpg")
    if root == source and all(name.casefold() in _SPLIT_NAMES for name in classes):
        raise DataError(
            f"{source}: holds {', '.join(classes)}, which are no classes; call the splits train, val and test, with a "
            f"folder a class in each, such as {train_folder}/CLASS/*.jpg"
        )
    train = _images(root, classes, every_class=True)

    made = []  # of what is missing
    test_folder = source / "test" if root != source else None
    if test_folder is not None and test_folder.is_dir():
        test = _images(test_folder, classes)
    else:
        train, test = split_off(train, TEST_SHARE, seed)
        made.append(f"test {TEST_SHARE:.0%} of train, stratified, seed {seed}")
    val_folder = next((source / name for name in _VAL_NAMES if root != source and (source / name).is_dir()), None)
    if val_folder is not None:
        val = _images(val_folder, classes)
    else:
        train, val = split_off(train, VAL_SHARE, seed)
        made.append(f"val {VAL_SHARE:.0%} of train, stratified, seed {seed}")
    return ImageDataset(
        name=source.resolve().name,
        classes=classes,
        splits={"train": train, "val": val, "test": test},
        made="; ".join(["split as found", *made]),
    )


def _images(root: Path, classes: tuple[str, ...], *, every_class: bool = False) -> tuple[LabelledImage, ...]:
    extensions = Image.registered_extensions()
    unread_here = _UNREAD - extensions.keys()  # plug-ins of Pillow's read some
    unknown = {path.name for path in root.iterdir() if path.is_dir() and not path.name.startswith(".")} - set(classes)
    if unknown:
        raise DataError(f"{root / min(unknown)}: a class that the training images do not have")
    images: list[LabelledImage] = []
    for label, name in enumerate(classes):
        files = [path for path in sorted((root / name).rglob("*")) if path.is_file()]
        found = [path for path in files if path.suffix.lower() in extensions]
        unread = [path for path in files if path.suffix.lower() in unread_here]
        if unread:
            raise DataError(f"{unread[0]}: photographs of this kind are not read; convert all {len(unread)} to .jpg")
        if every_class and not found:
            raise DataError(f"{root / name}: class {name!r} has no images; add some or remove the folder")
        images += [LabelledImage(where=str(path), label=label) for path in found]
    return tuple(images)
