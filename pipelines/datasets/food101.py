"""Food-101 in its official archive layout, official split, read by torchvision.

Bossard, Guillaumin, Van Gool, "Food-101", ECCV 2014, https://data.vision.ee.ethz.ch/cvl/datasets_extra/food-101/
"""

from pathlib import Path

from pipelines.datasets.images import ImageDataset, LabelledImage
from pipelines.datasets.splits import official
from pipelines.errors import DataError, NoArchiveError


def food101(source: Path, *, download: bool, seed: int = 0) -> ImageDataset:
    """Opens the official training and test images; ``seed`` draws a tenth of the training images for validation.

    Args:
        source: folder that holds, or will hold, the archive's own folder ``food-101``.
        download: whether to fetch the archive if it is missing.
        seed: of the validation split.

    Raises:
        NoArchiveError: the archive is not there or not whole, and may not be fetched.
        DataError: the archive could not be fetched.
    """
    from torchvision.datasets import Food101

    try:
        train, test = (Food101(str(source), split=split, download=download) for split in ("train", "test"))
    except (RuntimeError, OSError) as error:
        what = "food-101 is not there or not whole"
        if download:
            raise DataError(what, where=source, remedy=f"check the connection ({error})") from error
        raise NoArchiveError(what, where=source, reason=error) from error

    def images(split: Food101) -> list[LabelledImage]:
        pairs = zip(split._image_files, split._labels, strict=True)
        return [LabelledImage(where=str(path), label=int(label)) for path, label in pairs]

    classes = [name.replace("_", " ") for name in train.classes]
    return official("food101", classes, images(train), images(test), seed)
