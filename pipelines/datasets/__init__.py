"""Where images come from, one data set a file."""

from pipelines.datasets.cifar import cifar
from pipelines.datasets.digits import digits
from pipelines.datasets.folder import folder
from pipelines.datasets.images import ImageDataset, LabelledImage

__all__ = ["ImageDataset", "LabelledImage", "cifar", "digits", "folder"]
