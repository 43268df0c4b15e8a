"""A data set with classes of unequal size: made-up images that differ in colour."""

import numpy as np

from pipelines.datasets.images import ImageDataset, LabelledImage
from pipelines.split import SPLITS

COUNTS = (96, 24, 8)  # training images of each class; a quarter of them in each other split
_SIDE = 8


def unequal(counts: tuple[int, ...] = COUNTS) -> ImageDataset:
    """A class has one colour among noise."""
    generator = np.random.default_rng(0)
    colours = generator.integers(64, 192, (len(counts), 3))
    splits = {}
    for split in SPLITS:
        images = []
        for label, count in enumerate(counts):
            for index in range(count if split == "train" else count // 4):
                noise = generator.integers(-60, 60, (_SIDE, _SIDE, 3))
                pixels = (colours[label] + noise).clip(0, 255).astype(np.uint8)
                images.append(LabelledImage(where=f"{split}-{label}-{index}", label=label, pixels=pixels))
        splits[split] = tuple(images)
    names = tuple(f"class {label}" for label in range(len(counts)))
    return ImageDataset(name="unequal", classes=names, splits=splits, made="made up", image_size=_SIDE)
