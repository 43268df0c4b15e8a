"""Images a second into the training step: our readers against torchvision's DataLoader with the same crop and flip.

    python -m benchmarks.loading [--photos FOLDER] [--device cuda] [--workers 1 2]

Handwritten digits at 32 pixels, made-up photographs of 256 pixels stored as JPEG, and, with --photos, a folder of
photographs at 64 pixels. All readers give the same result: (batch, 3, size, size) floats, normalised, cropped and
mirrored at random, on the device. The rival reads image files, here already of the stored size, with ImageFolder,
RandomResizedCrop and DataLoader with persistent workers. ``decode`` is the limit: libjpeg-turbo alone on the stored
bytes, one thread, nothing else done. Rivals take turns, round by round, with so many workers.
"""

import argparse
import time
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader
from torchvision.datasets import ImageFolder
from torchvision.transforms import v2

from benchmarks.report import save, spread
from benchmarks.turns import ratios
from pipelines.datasets import ImageDataset, LabelledImage, digits, folder
from pipelines.loading.base import ReaderKind
from pipelines.loading.data import PreparedData
from pipelines.loading.factory import open_reader
from pipelines.measuring.clock import wait
from pipelines.storage.beton import BetonFile, Storage
from pipelines.storage.manifest import Manifest, beton_path
from pipelines.storage.prepare import prepare
from pipelines.training.recipe import Recipe

ROUNDS, PHOTOS = 5, 2000


def made_up(count: int) -> ImageDataset:
    """Smooth pictures with some noise, which compress about as photographs do."""
    rng = np.random.default_rng(0)

    def images(number: int) -> tuple[LabelledImage, ...]:
        found = []
        for index in range(number):
            coarse = Image.fromarray(rng.integers(0, 256, (12, 12, 3), dtype=np.uint8))
            smooth = np.asarray(coarse.resize((256, 256), Image.Resampling.BICUBIC)).astype(int)
            pixels = np.clip(smooth + rng.integers(-12, 13, smooth.shape), 0, 255).astype(np.uint8)
            found.append(LabelledImage(where=str(index), label=index % 10, pixels=pixels))
        return tuple(found)

    splits = {"train": images(count), "val": images(20), "test": images(20)}
    return ImageDataset(name="made up", classes=tuple("0123456789"), splits=splits, made="at random")  # type: ignore[arg-type]


def write_files(data: Path, manifest: Manifest, out: Path) -> None:
    """The stored training images as the files that a DataLoader reads: JPEG, or PNG of digits."""
    file = BetonFile(beton_path(data, "train"))
    ending = "png" if manifest.name == "digits" else "jpg"
    for index in range(len(file)):
        path = out / f"{file.labels[index]:05d}" / f"{index}.{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(file.image(index)).save(path, quality=90)


def data_loader(
    files: Path, manifest: Manifest, recipe: Recipe, size: int, workers: int, device: torch.device
) -> Callable[[], int]:
    """What most people write."""
    steps = [
        v2.RandomResizedCrop(size, scale=(recipe.min_crop, 1.0), antialias=True),
        *([v2.RandomHorizontalFlip()] if recipe.flip else []),
        v2.ToImage(),
        v2.ToDtype(torch.float32, scale=True),
        v2.Normalize(manifest.mean, manifest.std),
    ]
    loader = DataLoader(
        ImageFolder(str(files), v2.Compose(steps)),
        batch_size=recipe.batch_size,
        shuffle=True,
        drop_last=True,
        num_workers=workers,
        persistent_workers=True,
        pin_memory=device.type == "cuda",
    )
    return lambda: consume(((images.to(device), labels.to(device)) for images, labels in loader), device)


def ours(
    data: Path, kind: ReaderKind, recipe: Recipe, size: int, workers: int, device: torch.device
) -> Callable[[], int]:
    """Epoch after epoch of one of our readers."""
    source = PreparedData(data, workers=workers, device=device, reader=kind)
    epochs = iter(range(10**9))

    def epoch() -> int:
        with source.training_batches(recipe, size, seed=0, epoch=next(epochs)) as batches:
            return consume(batches, device)

    return epoch


def reading(data: Path, kind: ReaderKind, recipe: Recipe, workers: int, device: torch.device) -> Callable[[], int]:
    """One of our readers alone, as it is before crops: stored pixels, on the CPU where it streams."""
    reader = open_reader(beton_path(data, "train"), kind, workers=workers, device=device)
    order = np.random.default_rng(0).permutation(len(reader.labels))

    def epoch() -> int:
        with reader.batches(order, recipe.batch_size) as batches:
            return sum(len(labels) for _, labels in batches)

    return epoch


def decode(data: Path, manifest: Manifest) -> Callable[[], int]:
    """The limit: the stored bytes to pixels, in one thread."""
    file = BetonFile(beton_path(data, "train"))
    indices = np.arange(len(file))

    def run() -> int:
        for start in range(0, len(indices), 64):
            file.images(indices[start : start + 64])
        return len(indices)

    return run


def consume(batches: Iterable[tuple[Tensor, Tensor]], device: torch.device) -> int:
    """Takes every batch; returns how many images there were."""
    seen = 0
    for images, labels in batches:
        seen += len(labels)
        assert images.device.type == device.type
    wait(device)
    return seen


def compare(
    dataset: ImageDataset, size: int, storage: Storage, workers: int, device: torch.device
) -> dict[str, object]:
    """All rivals on one data set."""
    torch.set_num_threads(workers)
    recipe = Recipe(epochs=1, batch_size=64, flip=dataset.name != "digits")
    with TemporaryDirectory() as folder:
        data, files = Path(folder, "data"), Path(folder, "files")
        manifest = prepare(dataset, data, image_size=size, storage=storage)
        write_files(data, manifest, files)
        kinds: list[ReaderKind] = ["resident", "plain"]
        if find_spec("ffcv"):
            kinds.append("ffcv")
        rivals: dict[str, Callable[[], int]] = {kind: ours(data, kind, recipe, size, workers, device) for kind in kinds}
        alone = {f"{kind}, reading alone": reading(data, kind, recipe, workers, device) for kind in kinds}
        rivals |= alone
        rivals["DataLoader"] = data_loader(files, manifest, recipe, size, workers, device)
        rivals["decode, one thread"] = decode(data, manifest)
        seconds: dict[str, list[float]] = {name: [] for name in rivals}
        for turn in range(ROUNDS + 1):  # the first warms up: workers start, pipelines compile
            for name, rival in rivals.items():
                start = time.perf_counter()
                images = rival()
                if turn:
                    seconds[name].append((time.perf_counter() - start) / images)
    return {
        "images": manifest.splits["train"].images,
        "pixels": size,
        "storage": storage,
        "images_per_second": {name: spread([1 / each for each in taken]) for name, taken in seconds.items()},
        "times_as_fast_as_DataLoader": {name: spread(ratios(seconds, over="DataLoader", under=name)) for name in kinds},
        "times_as_fast_as_decoding_in_one_thread": {
            name: spread(ratios(seconds, over="decode, one thread", under=name)) for name in alone
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--photos", type=Path, help="folder of photographs, one sub-folder a class")
    options = parser.parse_args()
    device = torch.device(options.device)
    sets: dict[str, tuple[ImageDataset, int, Storage]] = {
        "digits": (digits(), 32, "raw"),
        "made-up photographs": (made_up(PHOTOS), 256, "jpeg"),
    }
    if options.photos is not None:
        sets["photographs"] = (folder(options.photos), 64, "raw")
    figures = {
        f"{name}, {workers} worker{'s' if workers > 1 else ''}": compare(*each, workers, device)
        for name, each in sets.items()
        for workers in options.workers
    }
    path = Path(__file__).with_name(f"result-{options.device}.json")
    save(path, figures, ["torch", "torchvision", "ffcv", "simplejpeg", "pillow"])
    print(path.read_text())


if __name__ == "__main__":
    main()
