"""What colour jitter, RandAugment and erasing add to a batch of views, and how that compares with torchvision's own.

    python -m benchmarks.augmentation.cost [--device cuda] [--rounds 15]

Batches of 64 views of noise, as the resident reader has them in memory: crop, mirror and normalise alone, then with
each augmentation. ``torchvision`` takes the same crops and does what ``all`` does, an image at a time, as a DataLoader
would, on the CPU. ``step`` is a training step of MobileNet-V2 x0.35 on the same views, without any of them. Rivals take
turns in one process; figures are ratios, round by round.
"""

from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from torch import Tensor
from torch.nn.functional import cross_entropy
from torchvision.transforms import InterpolationMode, v2

from benchmarks.report import save, spread
from benchmarks.turns import ratios, take_turns
from pipelines.loading.augment import Normaliser
from pipelines.loading.views import ViewDraws, make_views
from pipelines.training.recipe import Recipe
from ulsam import ArchConfig, build_model

BATCH, BATCHES = 64, 8
SIZES = (32, 64, 96)
MEAN, STD = (0.5, 0.5, 0.5), (0.25, 0.25, 0.25)
PLAIN = Recipe(epochs=1, batch_size=BATCH)
RECIPES = {
    "plain": PLAIN,
    "color_jitter": Recipe(epochs=1, batch_size=BATCH, color_jitter=0.4),
    "color_jitter and hue_jitter": Recipe(epochs=1, batch_size=BATCH, color_jitter=0.4, hue_jitter=0.1),
    "rand_augment": Recipe(epochs=1, batch_size=BATCH, rand_augment=9),
    "erasing": Recipe(epochs=1, batch_size=BATCH, erasing=0.25),
    "all": Recipe(epochs=1, batch_size=BATCH, color_jitter=0.4, hue_jitter=0.1, rand_augment=9, erasing=0.25),
}


def main(device: str = "cpu", rounds: Annotated[int, typer.Option(min=1)] = 15) -> None:
    where = torch.device(device)
    torch.set_num_threads(1)
    figures = {f"{size} pixels": compare(size, rounds, where) for size in SIZES}
    path = Path(__file__).with_name(f"result-{device}.json")
    save(path, figures, ["torch", "torchvision"])
    print(path.read_text())


def compare(size: int, rounds: int, device: torch.device) -> dict[str, object]:
    """All rivals at one size."""
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(256, (BATCH, 3, size, size), dtype=torch.uint8, generator=generator).to(device)
    normalise = Normaliser(MEAN, STD, device)
    rivals: dict[str, Callable[[], object]] = {
        name: ours(images, recipe, size, normalise) for name, recipe in RECIPES.items()
    }
    rivals["step"] = step(rivals["plain"], size, device)
    if device.type == "cpu":
        rivals["torchvision"] = torchvisions(images, rivals["plain"])
    seconds = take_turns(rivals, rounds, 0.2, device)
    return {
        "milliseconds": {name: spread([1000 * each for each in taken]) for name, taken in seconds.items()},
        "times_plain": {name: spread(ratios(seconds, name, "plain")) for name in seconds if name != "plain"},
        "added_share_of_a_step": {
            name: spread([(with_it - without) / whole for with_it, without, whole in _rounds(seconds, name)])
            for name in RECIPES
            if name != "plain"
        },
    }


def ours(images: Tensor, recipe: Recipe, size: int, normalise: Normaliser) -> Callable[[], Tensor]:
    """A batch of our views after the other, each by its own draws."""
    drawn = cycle(list(_drawn(images, recipe)))
    return lambda: make_views(images, next(drawn), recipe, size, normalise)


def _drawn(images: Tensor, recipe: Recipe) -> Iterator[ViewDraws]:
    for epoch in range(BATCHES):
        draws = ViewDraws.of(recipe, len(images), 0, epoch)
        yield from draws.of_batches(np.arange(len(images)), len(images), images.device)


def step(views: Callable[[], object], size: int, device: torch.device) -> Callable[[], object]:
    """Views, forward and backward pass."""
    model = build_model(ArchConfig(backbone="mobilenet_v2", width=0.35, num_classes=10), size).to(device)
    labels = torch.zeros(BATCH, dtype=torch.int64, device=device)

    def run() -> None:
        model.zero_grad()
        batch = views()
        assert isinstance(batch, Tensor)
        cross_entropy(model(batch.contiguous(memory_format=torch.channels_last)), labels).backward()

    return run


def torchvisions(images: Tensor, views: Callable[[], object]) -> Callable[[], object]:
    """The same crops, then torchvision's own augmentations, an image at a time."""
    steps = v2.Compose(
        [
            v2.ColorJitter(0.4, 0.4, 0.4, 0.1),
            v2.RandAugment(magnitude=9, interpolation=InterpolationMode.BILINEAR),
            v2.ToDtype(torch.float32, scale=True),
            v2.Normalize(MEAN, STD),
            v2.RandomErasing(0.25),
        ]
    )

    def run() -> Tensor:
        views()
        return torch.stack([steps(image) for image in images])

    return run


def _rounds(seconds: dict[str, list[float]], name: str) -> Iterator[tuple[float, float, float]]:
    return zip(seconds[name], seconds["plain"], seconds["step"], strict=True)


if __name__ == "__main__":
    typer.run(main)
