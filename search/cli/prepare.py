"""``ulsam-search prepare``: images to .beton files."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pipelines.names import DatasetName
from search.cli.absent import say_absent
from search.cli.console import INTERRUPTED, console, say
from search.errors import UsageError

if TYPE_CHECKING:
    from pipelines.storage.duplicates import Duplicate, Placed

_SIZES = {"digits": 32, "cifar10": 32, "cifar100": 32}  # pixels; of others 64
_SHOWN_DUPLICATES = 5


def prepare(
    dataset: Annotated[DatasetName, typer.Option(help="Which data set.")],
    out: Annotated[Path, typer.Option(help="New folder for the prepared data.")],
    source: Annotated[
        Path | None,
        typer.Option(
            help="folder: your images, in SOURCE/train/CLASS/ (val, test) or SOURCE/CLASS/. "
            "Others: the official archive, packed or unpacked."
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="What reports call the data. (default: the folder's or the data set's name)")
    ] = None,
    size: Annotated[
        int | None, typer.Option(help="Height and width to store, in pixels. (default: 64; digits and cifar: 32)")
    ] = None,
    storage: Annotated[
        Literal["auto", "raw", "jpeg"], typer.Option(help="raw pixels are fastest; jpeg is smaller.")
    ] = "auto",
    seed: Annotated[int, typer.Option(min=0, help="Of splits that are drawn because the data have none.")] = 0,
    download: Annotated[
        bool, typer.Option("--download", help="Fetch the archive if it is missing; imagenet1k's is given on request.")
    ] = False,
) -> None:
    """Turn a data set into FFCV .beton files with a manifest.

    Of each image the middle square is kept; what must be seen at a long side's end is lost.
    Splits that the data bring are kept; missing ones are drawn from the training images. A search chooses on
    the validation split and never looks at the test split. After Ctrl-C the same command goes on.
    """
    from dataclasses import replace

    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from pipelines.datasets import open_dataset
    from pipelines.split import SPLITS
    from pipelines.storage.prepare import prepare as write

    if name is not None and not (name.strip() and name.isprintable()):
        raise UsageError(f"--name: expected a name on one line, got {name!r}")
    images = open_dataset(dataset, source, download=download, seed=seed)
    if name is not None:
        images = replace(images, name=name.strip())
    total = sum(len(images.splits[split]) for split in SPLITS)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    found: list[Duplicate] = []
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("preparing", total=total)
        try:
            manifest = write(
                images,
                out,
                image_size=_SIZES.get(dataset, 64) if size is None else size,
                storage=None if storage == "auto" else storage,
                on_image=lambda: progress.advance(task),
                on_duplicate=found.append,
            )
        except KeyboardInterrupt:
            say("interrupted; the same command goes on where it was")
            raise typer.Exit(INTERRUPTED) from None
    counts = ", ".join(f"{manifest.splits[split].images} {split}" for split in SPLITS)
    say(f"{out}: {len(manifest.classes)} classes at {manifest.image_size} px, {counts} images ({manifest.made})")
    say_absent(out)
    _say_twice(
        [twice for twice in found if twice.in_two_splits],
        lambda image: image.split,
        "in two splits, so scores on the later one flatter",
    )
    _say_twice(
        [twice for twice in found if twice.in_two_classes],
        lambda image: images.classes[image.label],
        "in two classes, so no network is right about both",
    )


def _say_twice(twice: Sequence["Duplicate"], place: Callable[["Placed"], str], so: str) -> None:
    """Lists images with one that each equals, and the place of both."""

    def named(image: "Placed") -> str:
        return f"{image.where} ({place(image)})"

    pairs = list({pair.other.where: f"{named(pair.one)} = {named(pair.other)}" for pair in twice}.values())
    if not pairs:
        return
    say(f"{'1 image is' if len(pairs) == 1 else f'{len(pairs)} images are'} {so}:")
    for pair in pairs[:_SHOWN_DUPLICATES]:
        say(f"  {pair}")
    if len(pairs) > _SHOWN_DUPLICATES:
        say(f"  and {len(pairs) - _SHOWN_DUPLICATES} more")
