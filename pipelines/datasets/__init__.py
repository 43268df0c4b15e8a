"""Where images come from, one data set a file."""

from pipelines.datasets.cifar import cifar
from pipelines.datasets.digits import digits
from pipelines.datasets.folder import folder
from pipelines.datasets.images import SPLITS, ImageDataset, LabelledImage, Split

__all__ = ["SPLITS", "ImageDataset", "LabelledImage", "Split", "cifar", "digits", "folder"]
