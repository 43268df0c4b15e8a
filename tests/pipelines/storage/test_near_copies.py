"""Images that are nearly equal are found, and no others."""

import io
import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from pipelines.datasets import folder
from pipelines.storage.making import square
from pipelines.storage.near_copies import near_copies, perceptual_hash, thumbnail
from tests.helpers import shared
from tests.pipelines.storage.sets import landscape

GREY = np.full((8, 8, 3), 128, np.uint8)


def numbers(*images: NDArray[np.uint8]) -> list[int | None]:
    hashes = np.array([perceptual_hash(image) for image in images], np.uint64)
    return near_copies(hashes, np.stack([thumbnail(image) for image in images]))


def of_hashes(*hashes: int) -> list[int | None]:
    return near_copies(np.array(hashes, np.uint64), np.stack([GREY] * len(hashes)))


def encoded(image: Image.Image, quality: int) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file)


@pytest.mark.parametrize(
    "change",
    [
        lambda image: encoded(image, 40),
        lambda image: image.resize((80, 60)),
        lambda image: image.resize((320, 240)),
        lambda image: image.point(lambda value: value * 0.95),
    ],
    ids=["encoded again", "half", "double", "darker"],
)
def test_copies_are_recognised(tmp_path_factory: pytest.TempPathFactory, change: Callable[..., Image.Image]) -> None:
    images = [landscape(tmp_path_factory.mktemp("photos") / "a.jpg", seed) for seed in range(20)]
    both = [square(image, 64) for image in images] + [square(change(image), 64) for image in images]
    found = numbers(*both)
    assert found[:20] == found[20:]
    assert len(set(found)) == 20, "none of them equals another"


def test_distances_of_up_to_four_bits_are_near_wherever_the_bits_are() -> None:
    rng = np.random.default_rng(0)
    for bits in range(1, 8):
        for _ in range(50):
            one = int(rng.integers(1, 1 << 63, dtype=np.uint64))
            other = one
            for bit in rng.choice(64, bits, replace=False):
                other ^= 1 << int(bit)
            near = of_hashes(one, other)
            assert (near[0] is not None and near[0] == near[1]) == (bits <= 4)


def test_the_same_pairs_as_by_comparing_all() -> None:
    """Ten times as many images near each other as there are clusters."""
    rng = np.random.default_rng(1)
    centres = rng.integers(1, 1 << 63, 30, dtype=np.uint64)
    hashes = np.repeat(centres, 10)
    for _ in range(2):
        hashes ^= np.uint64(1) << rng.integers(0, 64, len(hashes), dtype=np.uint64)
    found = near_copies(hashes, np.stack([GREY] * len(hashes)))
    assert len(set(found)) == 30
    assert all(len(set(found[start : start + 10])) == 1 for start in range(0, 300, 10))


def test_many_images_that_look_alike_are_one_and_need_little_memory() -> None:
    """23,000 images make 265 million pairs, of which no more are kept than there are images."""
    rng = np.random.default_rng(2)
    hashes = np.full(23_000, rng.integers(1, 1 << 63, dtype=np.uint64))
    for _ in range(2):
        hashes[20_000:] ^= np.uint64(1) << rng.integers(0, 64, 3_000, dtype=np.uint64)
    thumbnails = np.stack([GREY] * len(hashes))
    tracemalloc.start()
    found = near_copies(hashes, thumbnails)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(set(found)) == 1
    assert found[0] is not None
    assert peak < 64 << 20


def test_an_image_without_a_hash_is_near_to_none() -> None:
    assert of_hashes(0, 0, 0) == [None] * 3
    assert near_copies(np.zeros(0, np.uint64), np.zeros((0, 8, 8, 3), np.uint8)) == []


def test_the_same_shapes_in_another_colour_are_another_image() -> None:
    """A carton of another flavour: the hash is of grey pixels."""
    shapes = np.kron(np.random.default_rng(0).integers(0, 2, (8, 8)), np.ones((8, 8))).astype(bool)
    red, green = (np.full((64, 64, 3), 250, np.uint8) for _ in range(2))
    red[shapes], green[shapes] = (200, 60, 60), (30, 138, 60)
    hashes = {perceptual_hash(red), perceptual_hash(green)}
    assert len(hashes) == 1
    assert numbers(red, green) == [None, None]


def test_plain_images_of_other_shades_are_others() -> None:
    plain = [np.full((64, 64, 3), shade, np.uint8) for shade in (40, 120, 200, 202)]
    dark, middle, bright, brighter = numbers(*plain)
    assert dark is middle is None
    assert bright == brighter is not None


def test_photographs_of_one_object_are_found_among_the_groceries() -> None:
    """Pairs of one carton, held a moment longer; none of two products, of which 6 bits would join some."""
    some = ("Arla-Ecological-Sour-Cream", "Arla-Sour-Cream", "Arla-Standard-Milk", "Royal-Gala", "Kaiser")
    dataset = folder(shared("datasets/grocery"))
    images = [image for image in dataset.splits["test"] if dataset.classes[image.label] in some]
    found = numbers(*(square(image.load(), 96) for image in images))
    clusters: dict[int, set[int]] = {}
    for number, image in zip(found, images, strict=True):
        if number is not None:
            clusters.setdefault(number, set()).add(image.label)
    assert len(clusters) >= 4
    assert all(len(labels) == 1 for labels in clusters.values())
