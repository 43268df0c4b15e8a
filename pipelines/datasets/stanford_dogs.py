"""Stanford Dogs in its official archive layout, official split.

Khosla et al., "Novel Dataset for Fine-Grained Image Categorization", 2011, http://vision.stanford.edu/aditya86/ImageNetDogs/
"""

from pathlib import Path

from pipelines.datasets.archive import unpack
from pipelines.datasets.images import ImageDataset, LabelledImage
from pipelines.datasets.splits import official
from pipelines.errors import DataError

_URL = "http://vision.stanford.edu/aditya86/ImageNetDogs"


def stanford_dogs(source: Path, *, download: bool, seed: int = 0) -> ImageDataset:
    """Opens the official training and test images; ``seed`` draws a tenth of the training images for validation.

    Args:
        source: folder that holds ``Images`` and ``train_list.mat``, or ``images.tar`` and ``lists.tar``.
        download: whether to fetch the archives if they are missing.
        seed: of the validation split.

    Raises:
        DataError: the archives are not there or not whole.
    """
    # No checksum was published.
    unpack(source, "lists.tar", "train_list.mat", url=f"{_URL}/lists.tar", md5=None, download=download)
    unpack(source, "images.tar", "Images", url=f"{_URL}/images.tar", md5=None, download=download)
    train, breeds = _list(source, "train_list.mat")
    test, _ = _list(source, "test_list.mat")
    return official("stanford_dogs", [breeds[label] for label in sorted(breeds)], train, test, seed)


def _list(source: Path, name: str) -> tuple[list[LabelledImage], dict[int, str]]:
    """Returns the images of one of the lists of the data set, and the breeds by label.

    Raises:
        DataError: the file is not one of the official lists.
    """
    from scipy.io import loadmat

    try:
        content = loadmat(source / name, squeeze_me=True)
        paths, numbers = content["file_list"].tolist(), content["labels"].tolist()
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise DataError(f"not one of the official lists ({error})", where=source / name) from error
    images = [
        LabelledImage(where=str(source / "Images" / path), label=int(number) - 1)
        for path, number in zip(paths, numbers, strict=True)
    ]
    # Folders are named n02085620-Chihuahua.
    breeds = {
        image.label: Path(path).parent.name.partition("-")[2].replace("_", " ")
        for image, path in zip(images, paths, strict=True)
    }
    return images, breeds
