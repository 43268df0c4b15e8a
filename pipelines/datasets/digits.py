"""Handwritten digits: 1,797 real 8x8 scans of ten classes that come with scikit-learn, so nothing is downloaded.

Alpaydin and Kaynak, "Optical Recognition of Handwritten Digits", UCI, 1998, https://doi.org/10.24432/C50P49
"""

import numpy as np

from pipelines.datasets.images import ImageDataset, LabelledImage
from pipelines.datasets.splits import TEST_SHARE, VAL_SHARE, split_off


def digits(seed: int = 0) -> ImageDataset:
    """Opens the digits; ``seed`` draws stratified validation and test splits."""
    from sklearn.datasets import load_digits

    scans, labels = load_digits(return_X_y=True)
    grey = np.round(scans.reshape(-1, 8, 8) * (255 / 16)).astype(np.uint8)  # scans are 0..16
    images = [
        LabelledImage(where=f"digits[{index}]", label=int(label), pixels=np.repeat(scan[:, :, None], 3, axis=2))
        for index, (scan, label) in enumerate(zip(grey, labels, strict=True))
    ]
    rest, test = split_off(images, TEST_SHARE, seed)
    train, val = split_off(rest, VAL_SHARE, seed)
    return ImageDataset(
        name="digits",
        classes=tuple(str(digit) for digit in range(10)),
        splits={"train": train, "val": val, "test": test},
        made=f"stratified: {TEST_SHARE:.0%} test, then {VAL_SHARE:.0%} of the rest val, seed {seed}",
        image_size=32,
    )
