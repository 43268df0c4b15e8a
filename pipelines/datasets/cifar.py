"""CIFAR-10 and CIFAR-100 in their official archive layout, read by torchvision.

Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009
"""

from pathlib import Path
from typing import Literal

from pipelines.datasets.images import ImageDataset, LabelledImage
from pipelines.datasets.splits import official
from pipelines.errors import DataError, NoArchiveError


def cifar(name: Literal["cifar10", "cifar100"], source: Path, *, download: bool, seed: int = 0) -> ImageDataset:
    """Opens the official training and test sets; ``seed`` draws a tenth of the training set for validation.

    Args:
        name: which of the two data sets.
        source: folder that holds, or will hold, the archive's own folder (``cifar-10-batches-py``).
        download: whether to fetch the archive if it is missing.
        seed: of the validation split.

    Raises:
        NoArchiveError: the archive is not there or not whole, and may not be fetched.
        DataError: the archive could not be fetched.
    """
    from torchvision.datasets import CIFAR10, CIFAR100

    kind = {"cifar10": CIFAR10, "cifar100": CIFAR100}[name]
    try:
        train_set = kind(str(source), train=True, download=download)
        test_set = kind(str(source), train=False, download=download)
    except (RuntimeError, OSError) as error:
        what = f"{name} is not there or not whole"
        if download:
            raise DataError(what, where=source, remedy=f"check the connection ({error})") from error
        raise NoArchiveError(what, where=source, reason=error) from error

    def images(dataset: CIFAR10, split: str) -> list[LabelledImage]:
        return [
            LabelledImage(where=f"{name} {split}[{index}]", label=int(label), pixels=pixels)
            for index, (pixels, label) in enumerate(zip(dataset.data, dataset.targets, strict=True))
        ]

    return official(name, train_set.classes, images(train_set, "train"), images(test_set, "test"), seed, image_size=32)
