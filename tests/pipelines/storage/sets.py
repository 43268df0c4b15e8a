"""Small sets of images to prepare."""

from pathlib import Path

import numpy as np
from PIL import Image

from pipelines.datasets import ImageDataset, LabelledImage
from pipelines.split import SPLITS


def small(each: int = 6) -> ImageDataset:
    """Two classes of plain images, dark and bright."""

    def images(split: str) -> tuple[LabelledImage, ...]:
        return tuple(
            LabelledImage(
                where=f"{split}[{i}]", label=i % 2, pixels=np.full((10, 14, 3), 60 if i % 2 else 180, np.uint8)
            )
            for i in range(each)
        )

    return ImageDataset(
        name="small", classes=("bright", "dark"), splits={split: images(split) for split in SPLITS}, made="by hand"
    )


def landscape(path: Path, seed: int) -> Image.Image:
    """A picture of soft shapes, as large as it takes to recognise a copy of it, in a new file."""
    soft = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    image = Image.fromarray(soft).resize((160, 120), Image.Resampling.BICUBIC)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, quality=95)
    return image


def photographs(root: Path, each: int = 5) -> Path:
    """A folder of photographs, no two alike."""
    rng = np.random.default_rng(0)
    for split in SPLITS:
        for name in ("cat", "dog"):
            (root / split / name).mkdir(parents=True)
            for index in range(each):
                noise = rng.integers(0, 256, (9, 9, 3), dtype=np.uint8)
                Image.fromarray(noise).save(root / split / name / f"{index}.png")
    return root
