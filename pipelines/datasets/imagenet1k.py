"""ImageNet-1k (ILSVRC 2012) in its official archive layout, read by torchvision.

Russakovsky et al., "ImageNet Large Scale Visual Recognition Challenge", 2015, https://arxiv.org/abs/1409.0575
"""

from pathlib import Path

from pipelines.datasets.images import ImageDataset, LabelledImage
from pipelines.datasets.splits import official
from pipelines.errors import DataError

_VAL_SHARE = 0.02  # 25 images a class


class NotForAllError(DataError):
    """The archives are not there, or not whole, and are given on request alone."""


def imagenet1k(source: Path, *, seed: int = 0) -> ImageDataset:
    """Opens the official training images, and the official validation images as test images.

    A fiftieth of the training images is for validation. The labels of the official test images were never published.
    The archives are given on request only.

    Args:
        source: folder that holds ``ILSVRC2012_devkit_t12.tar.gz``, ``ILSVRC2012_img_train.tar`` and
            ``ILSVRC2012_img_val.tar``, or what torchvision has made of them: ``meta.bin``, ``train``, ``val``.
        seed: of the validation split.

    Raises:
        NotForAllError: the archives are not there or not whole.
    """
    from torchvision.datasets import ImageNet

    try:
        train, val = (ImageNet(str(source), split=split) for split in ("train", "val"))
    except (RuntimeError, OSError) as error:
        raise NotForAllError(
            f"ImageNet is not there or not whole ({error})",
            where=source,
            remedy="its three archives are given on request at https://image-net.org",
        ) from error

    def images(split: ImageNet) -> list[LabelledImage]:
        return [LabelledImage(where=path, label=label) for path, label in split.samples]

    return official("imagenet1k", _names(train), images(train), images(val), seed, val_share=_VAL_SHARE)


def _names(dataset: object) -> list[str]:
    """Returns the first synonym of each class; the two classes named "crane" have their WordNet id too."""
    first = [synonyms[0] for synonyms in dataset.classes]  # type: ignore[attr-defined]
    wnids: list[str] = dataset.wnids  # type: ignore[attr-defined]
    return [name if first.count(name) == 1 else f"{name} ({wnid})" for name, wnid in zip(first, wnids, strict=True)]
