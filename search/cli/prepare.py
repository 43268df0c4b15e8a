"""``ulsam-search prepare``: images to .beton files."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from search.cli.console import console, say
from search.errors import UsageError


def prepare(
    dataset: Annotated[Literal["digits", "folder", "cifar10", "cifar100"], typer.Option(help="Which data set.")],
    out: Annotated[Path, typer.Option(help="New folder for the prepared data.")],
    source: Annotated[
        Path | None,
        typer.Option(help="folder: your images, SOURCE/train/CLASS/*.jpg or SOURCE/CLASS/*.jpg. cifar: its archive."),
    ] = None,
    size: Annotated[
        int | None, typer.Option(help="Height and width to store, in pixels. (default: 64; digits and cifar: 32)")
    ] = None,
    storage: Annotated[
        Literal["auto", "raw", "jpeg"], typer.Option(help="raw pixels are fastest; jpeg is smaller.")
    ] = "auto",
    seed: Annotated[int, typer.Option(min=0, help="Of splits that are drawn because the data have none.")] = 0,
    download: Annotated[bool, typer.Option("--download", help="cifar: fetch the archive if it is missing.")] = False,
) -> None:
    """Turn a data set into FFCV .beton files with a manifest.

    Splits that the data bring are kept; missing ones are drawn from the training images. A search chooses on
    the validation split and never looks at the test split.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from pipelines.datasets import cifar, digits, folder
    from pipelines.split import SPLITS
    from pipelines.storage.prepare import prepare as write

    if dataset == "digits":
        images = digits(seed)
    elif source is None:
        raise UsageError(f"--source: {dataset} needs the folder of its images")
    elif dataset == "folder":
        images = folder(source, seed)
    else:
        images = cifar(dataset, source, download=download, seed=seed)

    total = sum(len(images.splits[split]) for split in SPLITS)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("preparing", total=total)
        manifest = write(
            images,
            out,
            image_size=_default_size(dataset) if size is None else size,
            storage=None if storage == "auto" else storage,
            on_image=lambda: progress.advance(task),
        )
    counts = ", ".join(f"{manifest.splits[split].images} {split}" for split in SPLITS)
    say(f"{out}: {len(manifest.classes)} classes at {manifest.image_size} px, {counts} images ({manifest.made})")


def _default_size(dataset: str) -> int:
    return 64 if dataset == "folder" else 32
