"""Images that are nearly equal: encoded again, scaled, a little darker, or of the same thing a moment later.

Two images are nearly equal if their perceptual hashes (imagehash's ``phash``: the signs of 64 low frequencies of the
grey image) differ in at most 4 bits, and their 8 by 8 thumbnails by at most 16 of 255 in the root mean square: the
hash alone knows no colours, and little of an image without contrast. Both limits are measured on 5,421 photographs of
groceries: 19 pairs are within both, each of one object taken twice; 2 more pairs are within 4 bits alone, one of them
of two products; of the 40 pairs 6 bits apart, 5 are of two classes. Copies that were encoded again at JPEG quality 20,
or scaled by 0.5 or 2, are 0 to 4 bits apart; copies without 2% of each edge 0 to 10.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipelines.datasets.joining import Forest

COMPARED = 64  # pixels of the square that is compared, whatever size is stored
THUMBNAIL = 8  # pixels
SMALLEST = 32  # pixels of the shorter side of an image as it is given; of smaller images, different ones look alike
_BITS = 4
_LEVELS = 16.0
# Hashes that differ in at most four bits are equal in at least one of five bands.
_BANDS = tuple(pairwise((0, 13, 26, 39, 52, 64)))
_NEIGHBOURS = 4096  # images of an equal band that each is compared with, so that time grows with the number of images
_PAIRS = 1 << 14  # whose thumbnails are compared at a time


def perceptual_hash(pixels: NDArray[np.uint8]) -> int:
    """Returns 64 bits that hardly change when the image is scaled or encoded again.

    Args:
        pixels: (64, 64, 3) RGB.
    """
    from imagehash import phash

    return int.from_bytes(np.packbits(phash(Image.fromarray(pixels)).hash).tobytes(), "big")


def thumbnail(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Returns an image's (8, 8, 3) thumbnail.

    Args:
        pixels: (64, 64, 3) RGB.
    """
    return np.asarray(Image.fromarray(pixels).resize((THUMBNAIL, THUMBNAIL), Image.Resampling.BOX))


def near_copies(hashes: NDArray[np.uint64], thumbnails: NDArray[np.uint8]) -> list[int | None]:
    """Returns a number for each image that equals that of all images that are nearly equal to it.

    An image that is nearly equal to two others has the number of both. Memory grows with the number of images; time
    too, and with its square only up to some thousand different images that look alike.

    Args:
        hashes: (n,) perceptual hash of each image; 0: the image has none, and is nearly equal to no other.
        thumbnails: (n, 8, 8, 3) thumbnail of each.

    Returns:
        n numbers; None: the image is nearly equal to no other.
    """
    hashed = np.flatnonzero(hashes)
    seen = np.concatenate(
        [hashes[hashed, None].view(np.uint8), thumbnails[hashed].reshape(len(hashed), 3 * THUMBNAIL**2)], axis=1
    )
    _, first, of = np.unique(seen.view(f"V{seen.shape[1]}")[:, 0], return_index=True, return_inverse=True)
    forest = Forest(len(first))
    different, views = hashes[hashed[first]], thumbnails[hashed[first]]
    # The means of quarters differ by at most as much as the pixels, and their comparison is far cheaper.
    quarters = views.reshape(-1, 2, THUMBNAIL // 2, 2, THUMBNAIL // 2, 3).mean(axis=(2, 4), dtype=np.float32)
    for band in _BANDS:
        _join_band(forest, different, (quarters, views), *band)
    numbers = forest.numbers()[of]
    copied = np.bincount(numbers, minlength=1)[numbers] > 1
    found: list[int | None] = [None] * len(hashes)
    for image, number in zip(hashed[copied].tolist(), numbers[copied].tolist(), strict=True):
        found[image] = number
    return found


def _join_band(
    forest: Forest,
    hashes: NDArray[np.uint64],
    views: tuple[NDArray[np.float32], NDArray[np.uint8]],
    first: int,
    end: int,
) -> None:
    """Joins nearly equal images whose hashes have equal bits in a band.

    Args:
        forest: of the images.
        hashes: (n,) of each image.
        views: the means of the quarters, (n, 2, 2, 3), and the thumbnails, (n, 8, 8, 3), of each.
        first: the first bit of the band.
        end: the bit after the last.
    """
    band = (hashes >> np.uint64(first)) & np.uint64((1 << (end - first)) - 1)
    images = np.lexsort((hashes, band))  # equal hashes are neighbours
    band = band[images]
    at = np.arange(len(images))
    for step in range(1, _NEIGHBOURS):
        at = at[at < len(images) - step]
        at = at[band[at] == band[at + step]]
        if not len(at):
            break
        pairs = forest.apart(np.stack([images[at], images[at + step]], axis=1))
        pairs = pairs[np.bitwise_count(hashes[pairs[:, 0]] ^ hashes[pairs[:, 1]]) <= _BITS]
        for start in range(0, len(pairs), _PAIRS):
            some = pairs[start : start + _PAIRS]
            for values in views:
                difference = values[some[:, 0]].astype(np.float32) - values[some[:, 1]]
                some = some[np.sqrt((difference**2).mean(axis=(1, 2, 3))) <= _LEVELS]
            forest.join(some)
