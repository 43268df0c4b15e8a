"""``ulsam-search prepare``: images to .beton files."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pipelines.names import DatasetName
from search.cli.class_coverage import print_coverage
from search.cli.console import INTERRUPTED, console, say
from search.command import command

if TYPE_CHECKING:
    from pipelines.storage.duplicates import Duplicate, Placed
    from search.api.prepare import Prepared

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
        int | None,
        typer.Option(help="Height and width to store, in pixels. (default: 64; 32 of sets of images that small)"),
    ] = None,
    storage: Annotated[
        Literal["auto", "raw", "jpeg"], typer.Option(help="raw pixels are fastest; jpeg is smaller.")
    ] = "auto",
    seed: Annotated[int, typer.Option(min=0, help="Of splits that are drawn because the data have none.")] = 0,
    download: Annotated[
        bool, typer.Option("--download", help="Fetch the archive if it is missing and free to fetch.")
    ] = False,
) -> None:
    """Turn a data set into FFCV .beton files with a manifest.

    Of each image the middle square is kept; what must be seen at a long side's end is lost.
    Splits that the data bring are kept; missing ones are drawn from the training images. A search chooses on
    the validation split and never looks at the test split. After Ctrl-C the same command goes on.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from search.api.prepare import prepare as write

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("preparing", total=None)
        try:
            prepared = write(
                dataset,
                out,
                source=source,
                name=name,
                size=size,
                storage=None if storage == "auto" else storage,
                seed=seed,
                download=download,
                on_begin=lambda images: progress.update(task, total=images),
                on_image=lambda: progress.advance(task),
            )
        except KeyboardInterrupt:
            say("interrupted; the same command goes on where it was")
            raise typer.Exit(INTERRUPTED) from None
    _print_prepared(prepared)


def _print_prepared(prepared: "Prepared") -> None:
    from pipelines.split import SPLITS

    manifest, classes = prepared.manifest, prepared.manifest.classes
    counts = ", ".join(f"{manifest.splits[split].images} {split}" for split in SPLITS)
    about = f"{len(classes)} classes at {manifest.image_size} px, {counts} images ({manifest.made})"
    say(f"{prepared.folder}: {about}")
    print_coverage(prepared.coverage)
    _print_duplicates(
        [pair for pair in prepared.duplicates if pair.in_two_splits],
        lambda image: image.split,
        "in two splits, so scores on the later one flatter",
    )
    _print_duplicates(
        [pair for pair in prepared.duplicates if pair.in_two_classes],
        lambda image: classes[image.label],
        "in two classes, so no network is right about both",
    )
    say(f"next: {command('init', prepared.folder)}")


def _print_duplicates(duplicates: Sequence["Duplicate"], name_of: Callable[["Placed"], str], so: str) -> None:
    """Lists images with one that each equals, and the split or class of both."""

    def named(image: "Placed") -> str:
        return f"{image.where} ({name_of(image)})"

    pairs = list({pair.other.where: f"{named(pair.one)} = {named(pair.other)}" for pair in duplicates}.values())
    if not pairs:
        return
    say(f"{'1 image is' if len(pairs) == 1 else f'{len(pairs)} images are'} {so}:")
    for pair in pairs[:_SHOWN_DUPLICATES]:
        say(f"  {pair}")
    if len(pairs) > _SHOWN_DUPLICATES:
        say(f"  and {len(pairs) - _SHOWN_DUPLICATES} more")
