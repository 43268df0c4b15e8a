"""Tiny-ImageNet as it is published: ``train/CLASS/images`` and ``val/images`` with ``val_annotations.txt``.

Le and Yang, "Tiny ImageNet Visual Recognition Challenge", 2015, http://cs231n.stanford.edu/reports/2015/pdfs/yle_project.pdf
"""

from pipelines.datasets.layouts.agreement import FileWithoutLabelError, LabelWithoutFileError, Statement, agreed
from pipelines.datasets.layouts.listing import Entry, Listing
from pipelines.datasets.layouts.tables import TableError
from pipelines.datasets.layouts.tree import SourceFile, SourceTree, inside, joined, name_of, parent

_ANNOTATIONS = "val_annotations.txt"


def annotations(tree: SourceTree) -> SourceFile | None:
    """Returns the labels of the validation images; None: there are none beside a folder ``train``."""
    for file in tree.files:
        if name_of(file.path) == _ANNOTATIONS and _train_beside(file) in tree.folders:
            return file
    return None


def tiny_imagenet(tree: SourceTree) -> Listing:
    """Lists the labelled images. Classes are named by their WordNet ids; the published test images have no labels.

    Raises:
        TableError: there is no list of validation labels, or it is not one.
        DataError: the list and the images do not agree.
    """
    file = annotations(tree)
    if file is None:
        nowhere = SourceFile("", tree.named(_ANNOTATIONS), tree.source)
        raise TableError(nowhere, "not there", expected="train/CLASS/images/*.JPEG and val/val_annotations.txt")
    val, train = parent(file.path), _train_beside(file)
    labels = _labels(file)
    images = {name_of(photo.path): photo for photo in tree.photos if inside(val, photo.path)}
    if missing := [name for name in labels if name not in images]:
        raise LabelWithoutFileError(file.where, missing)
    if bare := [photo.where for name, photo in images.items() if name not in labels]:
        raise FileWithoutLabelError(file.where, bare)
    entries = []
    known = {name_of(folder) for folder in tree.children.get(train, [])}
    for photo in tree.photos:
        label, _, below = inside(train, photo.path).partition("/")
        if below:
            entries.append(Entry(file=photo, label=label, split="train"))
        elif inside(val, photo.path):
            folder = inside(val, photo.path).partition("/")[0]
            sorted_into = [Statement(where="its folder", label=folder)] if folder in known else []
            said = agreed(photo.where, [*labels[name_of(photo.path)], *sorted_into])
            entries.append(Entry(file=photo, label=str(said.label), split="val"))
    return Listing(entries=tuple(entries), said=file.where, tables=frozenset({file.path}))


def _train_beside(file: SourceFile) -> str:
    return joined(parent(parent(file.path)), "train")


def _labels(file: SourceFile) -> dict[str, list[Statement]]:
    """Returns what is said of each image, by its name.

    Raises:
        TableError: a line is not a name, a tab and a class.
    """
    found: dict[str, list[Statement]] = {}
    for number, line in enumerate(file.disk.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        name, _, rest = line.partition("\t")
        label = rest.partition("\t")[0].strip()
        if not line.strip():
            continue
        if not label:
            raise TableError(file, "not a label", number=number, expected="the name of an image, a tab and its class")
        found.setdefault(name.strip(), []).append(Statement(where=f"{file.where}:{number}", label=label))
    return found
