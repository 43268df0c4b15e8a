"""Images that are nearly equal: encoded again, scaled, a little darker, or of the same thing a moment later.

Two images are nearly equal if their perceptual hashes (imagehash's ``phash``: the signs of 64 low frequencies of the
grey image) differ in at most 4 bits, and their 8 by 8 thumbnails by at most 16 of 255 in the root mean square: the
hash alone knows no colours, and little of an image without contrast. Both limits are measured on 5,421 photographs of
groceries: 19 pairs are within both, each of one object taken twice; 2 more pairs are within 4 bits alone, one of them
of two products; of the 40 pairs 6 bits apart, 5 are of two classes. Copies that were encoded again at JPEG quality 20,
or scaled by 0.5 or 2, are 0 to 4 bits apart; copies without 2 % of each edge 0 to 10.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipelines.datasets.joining import components

THUMBNAIL = 8  # pixels
SMALLEST = 32  # pixels of the shorter side; of smaller images, different ones look alike
_BITS = 4
_LEVELS = 16.0
# Of five bands of a hash, one at least is equal where no more than four bits differ.
_BANDS = tuple(pairwise((0, 13, 26, 39, 52, 64)))
_NEIGHBOURS = 4096  # images of an equal band that each is compared with, so that time grows with the number of images


def perceptual_hash(pixels: NDArray[np.uint8]) -> int:
    """Returns 64 bits that hardly change when the image is scaled or encoded again.

    Args:
        pixels: (size, size, 3) RGB.
    """
    from imagehash import phash

    return int.from_bytes(np.packbits(phash(Image.fromarray(pixels)).hash).tobytes(), "big")


def thumbnail(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Returns an image's (8, 8, 3) thumbnail.

    Args:
        pixels: (size, size, 3) RGB.
    """
    return np.asarray(Image.fromarray(pixels).resize((THUMBNAIL, THUMBNAIL), Image.Resampling.BOX))


def near_copies(hashes: NDArray[np.uint64], thumbnails: NDArray[np.uint8]) -> list[int | None]:
    """Returns a number for each image that equals that of all images that are nearly equal to it.

    An image that is nearly equal to two others has the number of both. The time grows with the number of images, and
    with its square only up to some thousand images that look alike.

    Args:
        hashes: (n,) perceptual hash of each image; 0: the image has none, and is nearly equal to no other.
        thumbnails: (n, 8, 8, 3) thumbnail of each.

    Returns:
        n numbers; None: the image is nearly equal to no other.
    """
    hashed = np.flatnonzero(hashes)
    pairs = np.concatenate([_pairs_of_band(hashes, hashed, *band) for band in _BANDS])
    distance = np.empty(len(pairs))
    for start in range(0, len(pairs), 1 << 16):
        one, other = pairs[start : start + (1 << 16)].T
        difference = thumbnails[one].astype(np.float32) - thumbnails[other]
        distance[start : start + (1 << 16)] = np.sqrt((difference**2).mean(axis=(1, 2, 3)))
    near = pairs[distance <= _LEVELS]
    numbers = components(len(hashes), near)
    copied = np.zeros(len(hashes), np.bool_)
    copied[near] = True
    return [int(number) if copy else None for number, copy in zip(numbers, copied, strict=True)]


def _pairs_of_band(hashes: NDArray[np.uint64], images: NDArray[np.int64], first: int, end: int) -> NDArray[np.int64]:
    """Returns (m, 2) pairs of ``images`` whose hashes have equal bits from ``first`` to ``end`` and are near."""
    shift, mask = np.uint64(first), np.uint64((1 << (end - first)) - 1)
    band = (hashes[images] >> shift) & mask
    order = np.lexsort((hashes[images], band))  # equal hashes are neighbours
    images, band = images[order], band[order]
    found = [np.empty((0, 2), np.int64)]
    at = np.arange(len(images))
    for step in range(1, _NEIGHBOURS):
        at = at[at < len(images) - step]
        at = at[band[at] == band[at + step]]
        if not len(at):
            break
        near = np.bitwise_count(hashes[images[at]] ^ hashes[images[at + step]]) <= _BITS
        found.append(np.stack([images[at[near]], images[at[near] + step]], axis=1))
    return np.concatenate(found)
