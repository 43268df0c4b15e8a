"""CUB-200-2011 ("Birds") in its official archive layout, official split.

Wah et al., "The Caltech-UCSD Birds-200-2011 Dataset", 2011, https://www.vision.caltech.edu/datasets/cub_200_2011/
"""

from pathlib import Path

from pipelines.datasets.archive import unpack
from pipelines.datasets.images import ImageDataset, LabelledImage
from pipelines.datasets.splits import official
from pipelines.errors import DataError

_URL = "https://data.caltech.edu/records/65de6-vp158/files/CUB_200_2011.tgz"
_MD5 = "97eceeb196236b17998738112f37df78"
_FOLDER = "CUB_200_2011"


class ListsError(DataError):
    """The set's lists do not agree.

    Attributes:
        number: of an image that is in one of them alone.
    """

    def __init__(self, root: Path, number: str) -> None:
        super().__init__(f"image {number!r} of images.txt is not in the other lists", where=root)
        self.number = number


def cub200(source: Path, *, download: bool, seed: int = 0) -> ImageDataset:
    """Opens the official training and test images; ``seed`` draws a tenth of the training images for validation.

    Args:
        source: folder that holds ``CUB_200_2011``, or ``CUB_200_2011.tgz``.
        download: whether to fetch the archive if it is missing.
        seed: of the validation split.

    Raises:
        ListsError: an image is in one of the lists alone.
        DataError: the archive is not there or not whole.
    """
    unpack(source, f"{_FOLDER}.tgz", _FOLDER, url=_URL, md5=_MD5, download=download)
    root = source / _FOLDER
    classes = [name.partition(".")[2].replace("_", " ") for name in _table(root / "classes.txt").values()]
    labels, is_train = _table(root / "image_class_labels.txt"), _table(root / "train_test_split.txt")
    try:
        images = {
            number: LabelledImage(where=str(root / "images" / path), label=int(labels[number]) - 1)
            for number, path in _table(root / "images.txt").items()
        }
        train = [image for number, image in images.items() if is_train[number] == "1"]
        test = [image for number, image in images.items() if is_train[number] == "0"]
    except KeyError as error:
        raise ListsError(root, str(error.args[0])) from None
    return official("cub200", classes, train, test, seed)


def _table(path: Path) -> dict[str, str]:
    """Reads one of the lists of the data set; a line is a number, a space and a value.

    Raises:
        DataError: the list can't be read.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise DataError(
            "not there or not readable", where=path, remedy=f"unpack the official archive again ({error})"
        ) from None
    pairs = (line.partition(" ") for line in lines if line.strip())
    return {number: value.strip() for number, _, value in pairs}
