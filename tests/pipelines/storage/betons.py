"""``.beton`` files of pictures in memory."""

from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from pipelines.storage.beton import Images, Storage, encode, write_encoded


def write_beton(path: Path, samples: Iterable[tuple[Images, int]], count: int, storage: Storage = "raw") -> None:
    """Writes ``count`` samples, each a square RGB image (size, size, 3), all of one size, and its label.

    Raises:
        ValueError: more or fewer than ``count`` samples came.
    """
    samples = iter(samples)
    first = next(samples, None)
    if first is None:
        raise ValueError(f"{path.name}: expected {count} samples, got 0")
    encoded = ((encode(image, storage), label) for image, label in chain([first], samples))
    write_encoded(path, encoded, count, len(first[0]), storage)
