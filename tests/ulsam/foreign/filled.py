"""Weights and an image of a closed form: any library's network can be filled alike, by the names of its weights."""

from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
CHANNELS = 32  # of a feature map
SIZE = 64  # pixels, so that no map of a network is of odd size


def values(name: str, shape: tuple[int, ...]) -> Floats:
    """What the weights ``name`` are filled with: no two channels alike, activations of order 1."""
    count = int(np.prod(shape))
    waves: Floats = np.sin(np.arange(count) * 12.9898 + crc32(name.encode()) % 1000).reshape(shape).astype(np.float32)
    if len(shape) > 1:  # a kernel; of one of 3x3, whichever its layout is, at most three channels in go into one
        inputs = 9 if 3 in shape else count**0.5
        return waves * np.float32((3 if "pred" in name or "classifier" in name else 1.5) / inputs**0.5)
    kind = name.replace("/", ".").rpartition(".")[2]
    if kind in ("running_var", "moving_variance"):
        return np.float32(0.5) + waves**2
    return np.float32(1.5) + waves if kind in ("weight", "gamma") else waves


def image() -> Floats:
    """(3, SIZE, SIZE), each channel from 0 to 1, dark and bright at the borders."""
    pixels = np.arange(3 * SIZE * SIZE).reshape(3, SIZE, SIZE)
    waves: Floats = np.sin(pixels * 0.37).astype(np.float32)
    return np.float32(0.5) + np.float32(0.5) * waves


def feature_map() -> Floats:
    """(1, CHANNELS, 3, 5), around 0."""
    waves: Floats = np.sin(np.arange(CHANNELS * 3 * 5) * 0.73).astype(np.float32).reshape(1, CHANNELS, 3, 5)
    return waves + np.sin(np.arange(CHANNELS, dtype=np.float32)).reshape(CHANNELS, 1, 1)
